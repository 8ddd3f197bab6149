// Verbs: what a person can ask of the practice network, for the wallet that practises with it
// (runneld's socket, the window):
//
//     peers    {}                              -> {"peers":[{"role","node_id","host","port"}..]}
//     faucet   {"amount_sat"}                  -> {"txid","address","amount_sat"}: a new address
//     mine     {"blocks"}                      -> {"block_height","tip"}
//     invoice  {"amount_msat","through_hub"}   -> {"bolt11","payment_hash",..}: of the shop, or of
//                                                 its node behind the hub
//     refund   {"bolt11"}                      -> the shop pays an invoice of the wallet, as "pay"
//     open     {"amount_sat"}                  -> the shop opens a channel to the wallet, as "open"
//     state    {}                              -> {"stand","ends","signal","code","detail"}: of its
//                                                 process (PracticeHost)
//
// A child that is just being started again is waited for; one that dies in the middle answers
// practice_gone, one that hangs the same after a while.
#pragma once

#include "app/practice/link.h"
#include "core/api/node_api.h"
#include "core/api/practice.h"

#include <optional>
#include <string>
#include <vector>

namespace runnel::practice {

/// A node of the practice network.
struct Peer {
    std::string role;  ///< "shop", "hub" or "shop2".
    crypto::PublicKey node_id;
    std::string host;
    std::uint16_t port = 0;
};
/// Of the answer of `peers`.
std::optional<std::vector<Peer>> read_peers(const json::value& answer);

json::object to_json(const api::PracticeState& state);

class Verbs {
public:
    /// `node` is the wallet's, on this io_context's thread; `folder` the practice folder in its
    /// directory.
    Verbs(boost::asio::io_context& io, api::NodeApi& node, std::filesystem::path folder);
    ~Verbs();
    Verbs(const Verbs&) = delete;
    Verbs& operator=(const Verbs&) = delete;

    /// From any thread; the answer comes on the io_context's thread, once, or never when this dies
    /// before.
    void call(std::string_view verb, json::object params, control::Reply reply);
    /// The network has started again: connects at once to those of its nodes that the wallet has
    /// channels with, wherever they listen now. From any thread.
    void reconnect();
    /// How its process stands now. From any thread.
    void tell(const api::PracticeState& state);

private:
    class Impl;
    std::shared_ptr<Impl> m_impl;
};

}  // namespace runnel::practice
