// QR codes, both ways: QrView shows a text (always dark on white, with its quiet zone: that is what
// cameras read), readQr finds one in a picture. readQr may take a while and needs no GUI thread.
#pragma once

#include <QImage>
#include <QWidget>

#include <optional>

namespace runnel::ui {

class QrView : public QWidget {
    Q_OBJECT
public:
    explicit QrView(const char* object_name, QWidget* parent = nullptr);
    /// A text too long for a code (2,900 characters) leaves it empty.
    void setText(const QString& text);
    QString text() const { return m_text; }
    bool isEmpty() const { return m_modules.isNull(); }

    QSize sizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override { return qMin(width, most()); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int most() const;
    QString m_text;
    QImage m_modules;  ///< One pixel a module.
};

/// The text of the first QR code found.
std::optional<QString> readQr(const QImage& picture);

}  // namespace runnel::ui
