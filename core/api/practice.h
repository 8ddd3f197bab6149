// Practice: the verbs of the practice network beside the node's own. Its coins are worthless, so it
// gives them away. Calls never wait; answers come on an unspecified thread.
#pragma once

#include "core/api/problem.h"
#include "core/base/amount.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace runnel::api {

struct PracticePeer {
    std::string role;  ///< "shop", "hub", "shop2".
    crypto::PublicKey node_id;
    std::string host;
    std::uint16_t port = 0;
};

/// How the network's process stands, as whoever keeps it running sees it.
struct PracticeState {
    enum class Stand : std::uint8_t {
        starting,  ///< For the first time.
        running,
        restarting,  ///< It ended, and is started again by itself.
        stopped,     ///< It cannot be started, and will not be again.
    };
    Stand stand = Stand::starting;
    std::uint32_t ends = 0;     ///< How often it ended since it last ran well for a while.
    std::optional<int> signal;  ///< That ended it last ...
    std::optional<int> code;    ///< ... or the exit code that it ended with.
    std::string detail;         ///< What it said of the cause; technical, may be empty.
    friend bool operator==(const PracticeState&, const PracticeState&) = default;
};
using OnPracticeState = std::function<void(const PracticeState&)>;

class Practice {
public:
    template <typename T>
    using Done = std::function<void(Result<T, Problem>)>;

    virtual ~Practice() = default;
    virtual void peers(Done<std::vector<PracticePeer>> done) = 0;
    /// Coins to a fresh address of this wallet.
    virtual void faucet(Sat amount, Done<Txid> done) = 0;
    virtual void mine(std::uint32_t blocks, Done<BlockHeight> done) = 0;
    /// An invoice of the shop's; `through_hub`: of its second node, which only the hub leads to.
    virtual void invoice(Msat amount, bool through_hub, Done<std::string> done) = 0;
    /// The shop pays this invoice of ours.
    virtual void refund(std::string bolt11, Done<Msat> done) = 0;
    /// The shop opens a channel to us.
    virtual void open_to_me(Sat amount, Done<Txid> done) = 0;
    /// At once how it stands, then each change, in order; there is one listener, the last.
    virtual void on_state(OnPracticeState what) = 0;
};

}  // namespace runnel::api
