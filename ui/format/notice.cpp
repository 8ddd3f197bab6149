#include "ui/format/notice.h"

#include "ui/format/amount.h"
#include "ui/format/channel.h"
#include "ui/format/text.h"

#include <algorithm>

namespace runnel::ui {

namespace {

using api::ProblemKind;

QString param(const api::Problem& problem, const char* name) {
    const auto found = problem.params.find(name);
    return found == problem.params.end() ? QString() : qs(found->second);
}

Wording troubleWording(const Notice& notice, const QString& peer) {
    auto out = wordingOf(notice.problem);
    switch (notice.problem.kind) {
        case ProblemKind::funding_lost:
            if (peer.isEmpty()) break;
            out.what = param(notice.problem, "theirs").isEmpty()
                           ? Words::tr("The channel with %1 never came to be.").arg(peer)
                           : Words::tr("The channel that %1 opened to you is gone.").arg(peer);
            break;
        case ProblemKind::commitment_underpaid:
            if (!peer.isEmpty()) {
                out.what =
                    Words::tr("%1 pays too small a fee for closing your channel at today's prices.")
                        .arg(peer);
                out.retry =
                    Words::tr("Wait until it raises the fee, or close the channel by agreement.");
            }
            break;
        case ProblemKind::store_in_doubt:
            if (notice.channel && !peer.isEmpty()) {
                out.what = Words::tr(
                               "This copy of the wallet is an old one for your channel with "
                               "%1.")
                               .arg(peer);
            }
            break;
        case ProblemKind::reserve_needed:
            // Another one wished for the channel; nothing of ours is refused.
            out.what = Words::tr("Somebody wanted to open a channel to you, and it was declined.");
            out.why = Words::tr(
                          "To be able to close it in time your wallet needs %1 on the chain, and "
                          "%2 are there.")
                          .arg(satText(Sat(param(notice.problem, "needed_sat").toULongLong())),
                               satText(Sat(param(notice.problem, "available_sat").toULongLong())));
            out.retry = Words::tr(
                "Receive coins to an address of this wallet, then let the other side try again.");
            break;
        default: break;
    }
    return out;
}

const api::ChannelView* channelOf(const Notice& notice, const api::Snapshot& picture) {
    if (!notice.channel) return nullptr;
    const auto found = std::find_if(
        picture.channels.begin(), picture.channels.end(),
        [&](const api::ChannelView& channel) { return channel.channel_id == *notice.channel; });
    return found == picture.channels.end() ? nullptr : &*found;
}

}  // namespace

bool Notice::isAbout(const Notice& other) const {
    const bool same_peer = about == About::trouble || peer == other.peer;
    return about == other.about && problem.kind == other.problem.kind && channel == other.channel &&
           same_peer && param(problem, "txid") == param(other.problem, "txid");
}

Wording noticeWording(const Notice& notice, const PeerNames& names) {
    const auto peer = notice.peer ? names.of(*notice.peer) : QString();
    if (notice.about == Notice::About::trouble) return troubleWording(notice, peer);
    auto out = wordingOf(notice.problem);
    out.why = out.why.isEmpty() ? out.what : out.what + u' ' + out.why;
    out.what = notice.about == Notice::About::opening
                   ? Words::tr("The channel with %1 was not opened.").arg(peer)
                   : Words::tr("The channel with %1 was not closed.").arg(peer);
    return out;
}

bool isOver(const Notice& notice, const api::Snapshot& picture) {
    if (notice.about != Notice::About::trouble) return false;
    const auto& problem = notice.problem;
    if (problem.kind == ProblemKind::reserve_needed)
        return picture.balance.onchain >= Sat(param(problem, "needed_sat").toULongLong());
    // Accepted, in a block, or given up for another one that spends the same coins.
    if (problem.kind == ProblemKind::broadcast_refused) {
        return std::none_of(picture.refused.begin(), picture.refused.end(), [&](const Txid& txid) {
            return qs(display_hex(txid)) == param(problem, "txid");
        });
    }
    // Of the whole wallet: the other sides have compared since, and it was no older copy.
    if (problem.kind == ProblemKind::store_in_doubt && !notice.channel) return !picture.in_doubt;
    const auto* const channel = channelOf(notice, picture);
    if (channel == nullptr) return false;
    if (problem.kind == ProblemKind::store_in_doubt) return !channel->they_must_close;
    if (problem.kind == ProblemKind::commitment_underpaid) {
        return channel->state == "closing" || isOver(*channel) ||
               channel->feerate.raw() >= param(problem, "least").toULongLong();
    }
    return false;
}

}  // namespace runnel::ui
