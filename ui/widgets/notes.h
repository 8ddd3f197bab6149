// What a page says instead of its content, and beside it: StateView (empty, loading, failed),
// Banner (a problem in place, with what to try) and Toast (a small thing that happened; goes by
// itself and takes nothing away).
#pragma once

#include "ui/format/problem.h"
#include "ui/widgets/card.h"

#include <QWidget>

class QTimer;

namespace runnel::ui {

class Button;
class Glyph;
class Text;

/// A screen reader says its name at once, wherever the focus is.
void alert(QWidget* widget);

class StateView : public QWidget {
    Q_OBJECT
public:
    explicit StateView(const char* object_name, QWidget* parent = nullptr);
    void set(const QString& glyph, const QString& title, const QString& explanation);
    /// A way on; shown once it has a text.
    Button* action() const { return m_action; }
    Button* secondAction() const { return m_second; }
    void offer(const QString& action, const QString& second = {});

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* m_column;  ///< As wide as is good to read.
    Glyph* m_glyph;
    Text *m_title, *m_explanation;
    Button *m_action, *m_second;
};

class Banner : public Card {
    Q_OBJECT
public:
    explicit Banner(const char* object_name, QWidget* parent = nullptr);
    void showProblem(const Wording& wording);
    /// `tone`: info, good, warn, bad.
    void showNote(const char* tone, const QString& glyph, const QString& what,
                  const QString& more = {});
    QString text() const;

private:
    Glyph* m_glyph;
    Text *m_what, *m_why, *m_retry;
};

class Toast : public QWidget {
    Q_OBJECT
public:
    /// Floats over the bottom of its parent.
    explicit Toast(QWidget* parent);
    void say(const QString& sentence, const QString& glyph = QStringLiteral("good"));
    QString sentence() const { return m_sentence; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void place();
    QString m_sentence, m_glyph;
    QTimer* m_timer;
};

}  // namespace runnel::ui
