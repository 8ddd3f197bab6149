// Walks through the window for the pictures, and the names of all pictures that have to come of
// them.
#pragma once

#include "tests/ui/gallery.h"

namespace runnel::test {

/// What waits, what was refused in place, what is typed wrong.
void walkWaits(Gallery& gallery);
/// Doors of the setup that did not open.
void walkFailedSetup(Gallery& gallery);

/// Of every picture, in order. One that is missing or new is seen by it: pictures must not vanish
/// unseen.
QStringList wantedPictures();

}  // namespace runnel::test
