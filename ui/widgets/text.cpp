#include "ui/widgets/text.h"

#include <QFrame>
#include <QStyle>

namespace runnel::ui {

Text::Text(const char* role, const QString& text, QWidget* parent) : QLabel(text, parent) {
    setTextFormat(Qt::PlainText);
    setWordWrap(true);
    setProperty("role", QString::fromLatin1(role));
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void Text::setRole(const char* role) {
    setProperty("role", QString::fromLatin1(role));
    style()->unpolish(this);
    style()->polish(this);
}

Text* Text::named(const char* object_name) {
    setObjectName(QString::fromLatin1(object_name));
    return this;
}

QWidget* makeLine(QWidget* parent) {
    auto* const line = new QFrame(parent);
    line->setProperty("line", true);
    line->setFixedHeight(1);
    return line;
}

}  // namespace runnel::ui
