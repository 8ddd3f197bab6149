// What a careful eye would find in a picture of the window, computed: text that is cut, widgets
// that lie over each other or beyond their parent, text that cannot be told from its ground, lines
// too long to read, scroll bars that need not be, keys that two controls claim. Contrast is
// measured in the pixels that were drawn.
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
/// Of what widgets paint themselves: amounts, rows, legends, boxes to tick, what stands in an empty
/// field.
QStringList squeezedIn(QWidget& top);
/// In the language "pseudo": what is no data and has no brackets around it never went through tr().
QStringList untranslatedIn(QWidget& top);
/// Of a dialog: it could be higher than it is.
QStringList scrolledIn(QWidget& top);
/// Lines of text that are longer than is good to read.
QStringList tooWideIn(QWidget& top);
/// Two controls with one letter: it presses neither.
QStringList mnemonicsIn(QWidget& top);

}  // namespace runnel::test
