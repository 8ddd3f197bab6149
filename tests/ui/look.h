// What a careful eye would find in a picture of the window, computed: text that is cut, widgets that lie over each other or beyond
// their parent, text that cannot be told from its ground. The last is measured in the pixels that were drawn.
#pragma once

#include <QString>
#include <QStringList>
#include <QWidget>

namespace runnel::test {

/// One line for each thing that is wrong; the name of the widget first.
QStringList lookAt(QWidget& top);

// The parts, which have tests of their own.
QStringList clippedIn(QWidget& top);
QStringList overlapsIn(QWidget& top);
QStringList faintIn(QWidget& top);

}  // namespace runnel::test
