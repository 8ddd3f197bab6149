// Practice: the verbs of the practice network beside the node's own. Its coins are worthless, so it gives them away. Calls never
// wait; answers come on an unspecified thread.
#pragma once

#include "core/api/problem.h"
#include "core/base/amount.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"

#include <functional>
#include <string>
#include <vector>

namespace runnel::api {

struct PracticePeer {
    std::string role;  ///< "shop", "hub", "shop2".
    crypto::PublicKey node_id;
    std::string host;
    std::uint16_t port = 0;
};

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
};

}  // namespace runnel::api
