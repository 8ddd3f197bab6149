// Text: a label that says something in one of the roles of the type scale. Plain text always (what
// peers wrote is never markup), wrapped at words. A label of a control is its buddy.
#pragma once

#include <QLabel>

namespace runnel::ui {

class Text : public QLabel {
    Q_OBJECT
public:
    /// `role`: display, heading, title, lead, body, strong, muted, caption, label, warn, bad, mono.
    explicit Text(const char* role, const QString& text = {}, QWidget* parent = nullptr);
    void setRole(const char* role);
    /// With a name for tests and screen readers.
    Text* named(const char* object_name);
};

/// A hairline between things.
QWidget* makeLine(QWidget* parent = nullptr);

}  // namespace runnel::ui
