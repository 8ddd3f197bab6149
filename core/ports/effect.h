// Effects: what the shell shall do once a turn is on disk. Each may be done again after a crash;
// receivers are idempotent.
#pragma once

#include "core/api/node_api.h"
#include "core/ports/chain.h"
#include "core/wire/message.h"

#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace runnel::ports {

/// Dropped when the peer is not connected any more: channel_reestablish repeats what matters.
struct Send {
    crypto::PublicKey peer;
    wire::Message message;
};
struct Broadcast {
    std::vector<TxPtr> transactions;  ///< One, or parent and child.
    /// Not sent this time if the source sees that another unconfirmed transaction spends what the
    /// first one spends: then it tells of that one (MempoolTx). It is asked again without this,
    /// should the other one not confirm.
    bool gives_way = false;
};
/// What still waits to be broadcast and holds this transaction is not sent any more: it became
/// dangerous after it was asked for (a commitment that its peer has proven revoked). What a mempool
/// has taken already is beyond reach.
struct TakeBack {
    Txid txid;
};
struct ConnectPeer {
    crypto::PublicKey node_id;
    std::string host;
    std::uint16_t port = 0;
    bool asked = false;  ///< By a person: then this address takes the place of one that is tried.
};
struct DisconnectPeer {
    crypto::PublicKey node_id;
    std::string cause;
};
/// TimerFired{timer} comes after so long (monotonic); arming it again replaces it.
struct ArmTimer {
    std::uint64_t timer = 0;
    std::chrono::milliseconds after{};
};
struct Tell {
    api::Notice notice;
};
struct AnswerCommand {
    api::CommandId id;
    api::CommandResult result;
};
/// One line for the log.
struct LogLine {
    int level = 1;
    std::string text;
};  ///< As LogLevel.

using Effect = std::variant<Send, Broadcast, TakeBack, Watch, ConnectPeer, DisconnectPeer, ArmTimer,
                            Tell, AnswerCommand, LogLine>;

}  // namespace runnel::ports
