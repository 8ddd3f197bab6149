// Cue: how things stand at a glance. Always shown as a shape and a word, never by colour alone.
#pragma once

#include <QString>

namespace runnel::ui {

enum class Cue {
    good,       ///< As it should be.
    busy,       ///< Something is under way and ends by itself.
    waiting,    ///< Waits for somebody else.
    attention,  ///< A person should look at it.
    over,       ///< Done with.
};

QString cueWord(Cue cue);

}  // namespace runnel::ui
