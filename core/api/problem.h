// Problem: what went wrong, as data for people. Kinds and numbers only; sentences are made at the
// edge (command line, ui/format) from kind and params: what happened, why, what to try.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace runnel::api {

enum class ProblemKind : std::uint8_t {
    bad_request,             ///< A command's argument cannot be understood: `field`.
    unknown_command_target,  ///< No such channel, peer, payment: `what`, `id`.
    not_synced,              ///< The chain source is behind or gone: `cause`.
    chain_gone,              ///< 30 minutes without contact: nothing is added to channels.
    peer_not_connected,      ///< `node_id`.
    connect_failed,          ///< `node_id`, `cause`.
    peer_refused,            ///< The peer said no: `reason` (escaped).
    insufficient_funds,      ///< `available_sat`, `needed_sat`. Where no channel is small enough to
                             ///< be opened with what is there: `least_to_open_sat` as in Balance,
                             ///< and `reserve_sat`; reserve_needed and amount_too_small, too.
    reserve_needed,    ///< Coins to bump a close with are missing: `available_sat`, `needed_sat`,
                       ///< `reserve_sat`; or they would be unconfirmed for long: `feerate`
                       ///< (sat/vB), the least that gets them into a block soon.
    amount_too_small,  ///< `least`.
    amount_too_large,  ///< `most`.
    amount_missing,    ///< The invoice names no amount.
    feerate_out_of_range,    ///< `least`, `most` (sat/vB). `cause` "pays_enough": none was named,
                             ///< and what is to be sped up pays the estimate already.
    no_usable_channel,       ///< Nothing open and connected to send over: `cause` ("not_connected",
                             ///< "opening" or none).
    no_route,                ///< No way to the payee: `cause`.
    insufficient_liquidity,  ///< `can_send_msat`, `needed_msat`; where the rest of ours is, if
                             ///< anywhere: `reserve_msat`, `in_flight_msat`, `offline_msat` (the
                             ///< peer is away), `opening_msat`, `limits_msat` (fees, and what a
                             ///< channel takes at once), `elsewhere_msat` (no way from there).
    fee_limit,       ///< `fee_msat`, `max_fee_msat`; on the chain also of what: `what` ("send",
                     ///< "opening", "closing").
    expired,         ///< Invoice expired: `since`.
    already_paid,    ///< `payment_hash`.
    in_flight,       ///< A payment of this hash is under way: `payment_hash`.
    own_invoice,     ///< Ours.
    payee_refused,   ///< Final failure by the payee: `code`.
    payment_failed,  ///< A hop failed: `code`, `node`.
    timed_out,
    wrong_network,      ///< Made for another network: `expected`.
    malformed,          ///< A text could not be decoded: `cause`.
    unsupported,        ///< Needs something this wallet does not do: `feature`, a number of BOLT 9,
                        ///< a parameter of a link, or a way to be paid: "lnurl", "offer" (BOLT 12),
                        ///< "name_at_domain" (lightning address, BIP 353).
    channel_not_open,   ///< `state`.
    broadcast_refused,  ///< `reason` of the chain source, `txid`, `purpose` ("send", "funding",
                        ///< "close"); `can_bump`: it has an output of ours that a child can spend.
    disk_full,
    busy,      ///< Another command of the same kind is under way.
    internal,  ///< Our bug: `detail`.
    // Numbers are stored: new kinds come at the end.
    commitment_underpaid,  ///< The peer's commitment pays less than mempools take: `feerate`,
                           ///< `least` (sat per 1000 weight units).
    practice_gone,         ///< The practice network is not there, or ended before it answered;
                           ///< `cause` "silent": it is there and does not answer.
    faucet_dry,            ///< The practice faucet has nothing left: `cause`.
    funding_lost,   ///< A channel's funding transaction lost its coin to another one for good:
                    ///< `txid`, `rival`. With `theirs`, one that a peer has opened, whose funding
                    ///< was in a block before; without `rival` nothing more is known of it.
    chain_unknown,  ///< The chain source is on a chain that shares none of the blocks this wallet
                    ///< remembers: `cause`.
    chain_behind,   ///< The chain source's tip has less work than one seen before, or is too old:
                    ///< `cause`.
    chain_pruned,   ///< The chain source has deleted a block that this wallet has yet to read:
                    ///< `cause`.
    /// An older copy of the store may have been started: no commitment is published before its peer
    /// compared. `outdated` ("true"): its peer has proven that it is one; then no risk is taken.
    store_in_doubt,
    no_package_relay,  ///< The chain source cannot relay a transaction with the child that pays for
                       ///< it: no new channel: `cause`.
    cancelled,         ///< An opening that the person has taken back: nobody's fault.
    send_lost,         ///< A send of ours will never arrive: what it spends, another transaction in
                       ///< a block has spent: `txid`, `amount_sat`.
};
inline constexpr ProblemKind last_problem_kind = ProblemKind::send_lost;

std::string_view to_string(ProblemKind kind);

struct Problem {
    ProblemKind kind = ProblemKind::internal;
    std::map<std::string, std::string> params;
    friend bool operator==(const Problem&, const Problem&) = default;
};

}  // namespace runnel::api
