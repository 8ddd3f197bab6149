// CueLine: a shape and a sentence that say how something stands. The shape differs with the cue, so
// that colour is never alone.
#pragma once

#include "ui/format/cue.h"
#include "ui/style/theme.h"

#include <QWidget>

namespace runnel::ui {

class Text;

QString cueGlyph(Cue cue);
Ink cueInk(Cue cue);

/// One of resources/icons as a picture beside text.
class Glyph : public QWidget {
    Q_OBJECT
public:
    explicit Glyph(const QString& name, Ink ink, int size = 20, QWidget* parent = nullptr);
    void set(const QString& name, Ink ink);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_name;
    Ink m_ink;
    int m_size;
};

class CueLine : public QWidget {
    Q_OBJECT
public:
    explicit CueLine(const char* object_name, QWidget* parent = nullptr);
    void set(Cue cue, const QString& sentence);
    QString sentence() const;
    Cue cue() const { return m_cue; }

private:
    Cue m_cue = Cue::good;
    Glyph* m_glyph;
    Text* m_text;
};

/// "Open", "Closing": a shape and a word on a soft ground.
class CueChip : public QWidget {
    Q_OBJECT
public:
    explicit CueChip(const char* object_name, QWidget* parent = nullptr);
    void set(Cue cue, const QString& word);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Cue m_cue = Cue::good;
    QString m_word;
};

}  // namespace runnel::ui
