// Notices in words: what has to be seen although nobody asked for it at that moment. The data is
// the node's; here it gets the sentences of somebody who did not just press a button.
#pragma once

#include "core/api/snapshot.h"
#include "ui/format/names.h"
#include "ui/format/problem.h"

#include <optional>

namespace runnel::ui {

struct Notice {
    enum class About {
        trouble,  ///< Told by the node, about nothing that was asked for.
        opening,  ///< A channel that was to be opened was refused after its dialog was put away.
        closing,  ///< Likewise one that was to be closed.
    };
    About about = About::trouble;
    api::Problem problem;
    std::optional<ChannelId> channel;
    std::optional<crypto::PublicKey> peer;
    quint64 number = 0;  ///< Given by whoever keeps it.
    /// The same thing, whatever its figures are now.
    bool isAbout(const Notice& other) const;
};

Wording noticeWording(const Notice& notice, const PeerNames& names);
/// It has ended by itself, as far as the picture shows.
bool isOver(const Notice& notice, const api::Snapshot& picture);

}  // namespace runnel::ui
