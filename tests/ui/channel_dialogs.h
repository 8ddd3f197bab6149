// The dialogs that open and close a channel, as a person comes to them over a Stage.
#pragma once

#include "tests/ui/stage_desk.h"

#include "ui/dialogs/close_channel.h"
#include "ui/dialogs/open_channel.h"

namespace runnel::test {

/// From Channels; null when it did not open.
inline ui::OpenChannelDialog* asksToOpen(StageDesk& desk) {
    const bool asked = desk.person->press("railChannels") && desk.person->press("channelsOpen");
    return asked ? dialog<ui::OpenChannelDialog>(desk) : nullptr;
}

/// Of the first channel.
inline ui::CloseChannelDialog* asksToClose(StageDesk& desk) {
    const bool asked = desk.person->press("railChannels") && desk.person->press("channelClose");
    return asked ? dialog<ui::CloseChannelDialog>(desk) : nullptr;
}

/// Puts a dialog away with its own button; how what was posted ends is then somebody else's to say.
inline bool putsAway(StageDesk& desk, const char* button) {
    return desk.person->press(button) &&
           QTest::qWaitFor([&] { return !desk.person->sees(button); });
}

inline QAbstractButton* button(ui::Sheet* sheet, const char* name) {
    return sheet->findChild<QAbstractButton*>(QString::fromLatin1(name));
}

inline bool waitsToPress(ui::Sheet* sheet, const char* name) {
    return QTest::qWaitFor([&] { return button(sheet, name)->isEnabled(); });
}

}  // namespace runnel::test
