// Card: a rounded ground for what belongs together, in a few tones. The tone never says anything
// alone: what it means stands in it as a word and a shape.
#pragma once

#include <QFrame>
#include <QVBoxLayout>

namespace runnel::ui {

class Card : public QFrame {
    Q_OBJECT
public:
    /// `tone`: plain, sunken, info, good, warn, bad.
    explicit Card(const char* tone = "plain", QWidget* parent = nullptr);
    void setTone(const char* tone);
    QVBoxLayout* body() const { return m_body; }

private:
    QVBoxLayout* m_body;
};

}  // namespace runnel::ui
