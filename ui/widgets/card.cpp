#include "ui/widgets/card.h"

#include "ui/style/theme.h"

#include <QStyle>

namespace runnel::ui {

Card::Card(const char* tone, QWidget* parent) : QFrame(parent), m_body(new QVBoxLayout(this)) {
    setProperty("card", QString::fromLatin1(tone));
    m_body->setContentsMargins(space::large, space::normal + 4, space::large, space::normal + 4);
    m_body->setSpacing(space::small);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void Card::setTone(const char* tone) {
    setProperty("card", QString::fromLatin1(tone));
    style()->unpolish(this);
    style()->polish(this);
}

}  // namespace runnel::ui
