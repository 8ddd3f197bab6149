// PayEntry: where what is to be paid comes in: typed, pasted, dropped, or as a QR code in a picture
// (of a file, the clipboard or a drop). Gives a text and knows nothing of what it means. What is
// wrong with either stands in its banner.
#pragma once

#include "ui/format/problem.h"
#include "ui/widgets/picture_reader.h"

#include <QTimer>
#include <QWidget>

#include <functional>

class QMimeData;
class QPlainTextEdit;

namespace runnel::ui {

class Banner;

class PayEntry : public QWidget {
    Q_OBJECT
public:
    explicit PayEntry(QWidget* parent = nullptr);

    /// Without the white space that cannot belong to it: line breaks of a letter, the groups of an
    /// address.
    QString text() const;
    void setText(const QString& text);
    void clear();
    void focus();
    /// Text, a picture, or a file that holds one.
    void take(const QMimeData& held);
    static bool isOfUse(const QMimeData& held);
    void readPicture(const QImage& picture);
    void readFile(const QString& path);
    Banner& problem() { return *m_problem; }

signals:
    /// There is another text to be looked at; a moment after the last key.
    void changed();

private:
    void openPicture();
    void read(std::function<PictureReading()> reading);

    QPlainTextEdit* m_text;
    Banner* m_problem;
    QTimer m_soon;
    quint64 m_reading = 0;  ///< Counts readings: what an older picture said is not taken.
};

}  // namespace runnel::ui
