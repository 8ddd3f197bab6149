// The style sheet, made from a Theme: how Qt's own controls look here. Own widgets paint themselves
// with the same Theme.
#pragma once

#include <QString>

namespace runnel::ui {

class Theme;

QString styleSheet(const Theme& theme);

}  // namespace runnel::ui
