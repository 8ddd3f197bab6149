#include "app/control/sentences.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace runnel::control {

namespace {

using api::ProblemKind;

std::string param(const api::Problem& problem, const char* name) {
    const auto found = problem.params.find(name);
    return found == problem.params.end() ? std::string() : found->second;
}

/// A number among the params, grouped; anything else as it is.
std::string number(const api::Problem& problem, const char* name) {
    const auto text = param(problem, name);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return text.empty() ? "?" : text;
    return grouped(value);
}

/// Of an amount in millisatoshi that is whole satoshi.
std::string whole_sat(const api::Problem& problem, const char* name) {
    const auto text = param(problem, name);
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return grouped(value / 1000);
}

/// ": cause", or nothing.
std::string because(const api::Problem& problem, const char* name = "cause") {
    const auto text = param(problem, name);
    return text.empty() ? std::string() : ": " + text;
}

std::string unit(const api::Problem& problem) {
    const auto text = param(problem, "unit");
    return text.empty() ? std::string() : " " + text;
}

std::string needed(std::uint32_t have, std::uint32_t wanted) {
    return wanted == 0 ? fmt::format("{} confirmations", have)
                       : fmt::format("{} of {} confirmations", have, wanted);
}

std::string in_flight_words(const api::ChannelView& channel) {
    if (channel.htlcs.empty()) return {};
    return channel.htlcs.size() == 1
               ? " One payment is on its way."
               : fmt::format(" {} payments are on their way.", channel.htlcs.size());
}

std::string open_sentence(const api::ChannelView& channel, const api::ChainView& chain) {
    const auto figures = fmt::format("You can send {} and receive {}", sat_text(channel.can_send),
                                     sat_text(channel.can_receive));
    const std::string held =
        !chain.no_payments ? ""
        : chain.no_payments->kind == ProblemKind::chain_gone
            ? "Nothing is sent or received before the chain source answers again."
        : chain.no_payments->kind == ProblemKind::disk_full
            ? "Nothing is sent or received before there is more room on the disk."
            : "Nothing is sent or received before the wallet has caught up with the chain.";
    if (channel.usable && !held.empty())
        return "Open. " + held + " " + figures + " then." + in_flight_words(channel);
    const std::string too = held.empty() ? "" : " " + held;
    if (channel.usable) return "Open. " + figures + "." + in_flight_words(channel);
    if (!channel.online) {
        return "Open, but the other side is not connected. " + figures + " when it is back." + too +
               in_flight_words(channel);
    }
    return "Open, but not usable at this moment. " + figures + " when it is." + too +
           in_flight_words(channel);
}

/// Blocks after which an answer is late: about an hour, where honest peers take seconds.
constexpr std::uint32_t late_after = 6;

/// A close by agreement that is under way: who is waited for and, when it takes too long, what can
/// be done.
std::string agreeing_sentence(const api::ChannelView& channel) {
    std::string out = "Closing by agreement. ";
    if (channel.waits_for == "payments") return out + "Waiting for payments that are on their way.";
    const bool is_late = channel.waits_since && channel.waited_blocks >= late_after;
    if (channel.waits_for == "connection") {
        out += "The other side is not connected; it goes on when it is back.";
    } else {
        out += channel.state == "negotiating_close" ? "The fee is being agreed on."
                                                    : "Waiting for the other side.";
    }
    if (!is_late) return out;
    out += fmt::format(" It has not answered since block {}, for {} blocks.",
                       grouped(channel.waits_since->raw()), grouped(channel.waited_blocks));
    return out + fmt::format(
                     " You can go on waiting, or close without it: runnel-cli close {} --force. "
                     "Your money is then back "
                     "after {} blocks, less fees.",
                     channel.channel_id.hex(), grouped(channel.our_delay));
}

std::string closing_sentence(const api::ChannelView& channel) {
    if (channel.they_must_close) {
        return "Only the other side can close this channel: it has proven that this copy of the "
               "wallet is an old one, and to publish what the copy knows would give it everything "
               "in the channel. Ask it to close. How much comes back to you is known when its "
               "transaction is in a block.";
    }
    std::string out = "Closing";
    if (!channel.closing_reason.empty()) out += " (" + channel.closing_reason + ")";
    out += ".";
    if (channel.force_held_back) {
        out +=
            " Nothing is published before the other side has confirmed where the channel stands: "
            "this copy of the "
            "wallet may be an older one.";
    }
    if (!channel.closing_to_us.is_zero()) {
        out += fmt::format(" {} are on their way back to your wallet.",
                           sat_text(channel.closing_to_us));
    }
    return out;
}

}  // namespace

std::string grouped(std::uint64_t number) {
    std::string out = std::to_string(number);
    for (std::size_t i = out.size(); i > 3;) {
        i -= 3;
        out.insert(i, 1, ',');
    }
    return out;
}

std::string sat_text(Sat amount) { return grouped(amount.raw()) + " sat"; }
std::string sat_text(Msat amount) { return sat_text(amount.floor_sat()); }

std::string feerate_text(FeeratePerKw feerate) {
    const std::uint64_t per_kvbyte = std::uint64_t{feerate.raw()} * 4;
    std::string out = fmt::format("{}.{:03}", per_kvbyte / 1000, per_kvbyte % 1000);
    out.erase(out.find_last_not_of('0') + 1);
    if (out.back() == '.') out.pop_back();
    return out;
}

std::string sentence_of(const api::ChannelView& channel, const api::ChainView& chain) {
    const auto& state = channel.state;
    if (state == "normal") return open_sentence(channel, chain);
    if (state == "awaiting_accept" || state == "awaiting_funding_created" ||
        state == "awaiting_funding_signed") {
        return "Being agreed on with the other side. Nothing is at stake yet.";
    }
    if (state == "awaiting_confirmation") {
        return fmt::format("Opening. The funding transaction has {}.",
                           needed(channel.confirmations, channel.confirmations_needed));
    }
    if (state == "awaiting_ready")
        return "Opening. Confirmed here; waiting for the other side to see it too.";
    if (state == "shutting_down" || state == "negotiating_close") return agreeing_sentence(channel);
    if (state == "closing") return closing_sentence(channel);
    if (state == "closed") return "Closed. Nothing is left in it.";
    return "State: " + state + ".";
}

std::string kept_sentence(const std::vector<api::Kept>& parts) {
    constexpr std::pair<std::string_view, std::string_view> reasons[] = {
        {"anchor_reserve", "kept so that your channels can always be closed in time"},
        {"opening", "meant for a channel that is being agreed on"},
        {"unconfirmed", "not confirmed yet"},
        {"immature", "mined so recently that they cannot be spent yet"},
        {"too_small", "worth less than the fee of sending them"},
        {"too_many", "in more coins than fit into one transaction, and can be sent next"}};
    std::string out;
    for (const auto& [amount, reason] : parts) {
        if (!out.empty()) out += " ";
        out += sat_text(amount) + " stay in the wallet";
        for (const auto& [name, words] : reasons) {
            if (name == reason) out += fmt::format(": {}", words);
        }
        out += ".";
    }
    return out;
}

/// What asks for a payment in another way than by an invoice; empty for what is none.
std::string_view other_way(const api::Problem& problem) {
    const auto feature = param(problem, "feature");
    if (feature == "lnurl") return "an LNURL";
    if (feature == "offer") return "an offer (BOLT 12)";
    if (feature == "name_at_domain") return "a Lightning address (a name at a domain)";
    return {};
}

/// What of ours cannot be sent, each part with its reason.
std::string where_the_rest_is(const api::Problem& problem) {
    std::string out;
    for (const auto& [name, reason] :
         {std::pair("reserve_msat", "is the reserve of the channels"),
          std::pair("in_flight_msat", "is in flight"),
          std::pair("offline_msat", "is in channels whose peer is not connected"),
          std::pair("opening_msat", "is in channels that are not ready"),
          std::pair("limits_msat",
                    "stays free for fees, or is more than the channels take at once"),
          std::pair("elsewhere_msat", "is in channels that do not lead there")}) {
        if (!param(problem, name).empty())
            out += fmt::format(" {} msat {}.", number(problem, name), reason);
    }
    return out;
}

/// Where no amount of a channel is small enough: another one would not help.
std::optional<Wording> too_few_to_open(const api::Problem& problem) {
    if (param(problem, "least_to_open_sat").empty()) return std::nullopt;
    return Wording{
        fmt::format(
            "The smallest channel takes about {} sat on the chain, with {} sat that stay in "
            "the wallet to close channels in time, and the fee; {} sat are there and "
            "confirmed.",
            number(problem, "least_to_open_sat"), number(problem, "reserve_sat"),
            number(problem, "available_sat")),
        "Receive more coins on the chain first."};
}

Wording wording_of(const api::Problem& problem) {
    const auto text = [&](const char* name) { return param(problem, name); };
    switch (problem.kind) {
        case ProblemKind::bad_request:
            return {
                fmt::format("The {} cannot be understood{}.",
                            text("field").empty() ? "request" : text("field"), because(problem)),
                "See runnel-cli --help."};
        case ProblemKind::unknown_command_target:
            if (text("cause") == "not_ours") {
                return {"This wallet made no such transaction.",
                        "List what there is with runnel-cli transactions."};
            }
            if (text("cause") == "confirmed")
                return {"The transaction is in a block already.", "There is nothing to speed up."};
            if (text("cause") == "no_coin") {
                return {"Nothing that this transaction made for the wallet can be spent.",
                        "If a later transaction of the wallet builds on it, speed up that one."};
            }
            return {
                fmt::format("There is no such {}{}.", text("what").empty() ? "thing" : text("what"),
                            because(problem, "id")),
                "List what there is with runnel-cli peers, channels or payments."};
        case ProblemKind::not_synced:
            return {fmt::format("The wallet has not caught up with the chain{}.", because(problem)),
                    "Wait until runnel-cli getinfo says synced, or check the chain source."};
        case ProblemKind::chain_gone:
            return {fmt::format("The chain source has not answered for too long{}. Nothing is "
                                "added to channels until it does.",
                                because(problem)),
                    "Check that bitcoind is running and reachable."};
        case ProblemKind::peer_not_connected:
            return {"The peer is not connected.",
                    "Connect to it first: runnel-cli connect NODE_ID@HOST:PORT."};
        case ProblemKind::connect_failed:
            return {fmt::format("The connection did not come about{}.", because(problem)),
                    "Check address and node id, and whether the peer is running."};
        case ProblemKind::peer_refused:
            return {fmt::format("The peer said no{}.", because(problem, "reason")),
                    "Another amount or another peer may do."};
        case ProblemKind::insufficient_funds:
            if (const auto words = too_few_to_open(problem)) return *words;
            return {fmt::format("Not enough coins: {} sat can be spent, {} sat are needed.",
                                number(problem, "available_sat"), number(problem, "needed_sat")),
                    "Receive more coins, wait for confirmations, or choose a smaller amount."};
        case ProblemKind::reserve_needed:
            if (const auto words = too_few_to_open(problem)) return *words;
            if (problem.params.contains("feerate")) {
                return {
                    "This would spend coins that guard your channels, and until it is in a "
                    "block nothing could close them in time.",
                    fmt::format("Choose a feerate of at least {} sat per vbyte, or name none.",
                                number(problem, "feerate"))};
            }
            return {fmt::format("{} sat must stay in the wallet as separate confirmed coins, to "
                                "close channels in time; "
                                "{} sat are there and {} sat are needed.",
                                number(problem, "reserve_sat"), number(problem, "available_sat"),
                                number(problem, "needed_sat")),
                    "Receive more coins on the chain, or choose a smaller amount."};
        case ProblemKind::amount_too_small:
            if (const auto words = too_few_to_open(problem)) return *words;
            return {fmt::format("The amount is too small; the least is {}{}.",
                                number(problem, "least"), unit(problem)),
                    "Choose a larger amount."};
        case ProblemKind::amount_too_large:
            return {fmt::format("The amount is too large; the most is {}{}.",
                                number(problem, "most"), unit(problem)),
                    "Choose a smaller amount."};
        case ProblemKind::amount_missing:
            return {"The invoice names no amount.", "Say how much to pay: --amount MSAT."};
        case ProblemKind::feerate_out_of_range:
            if (text("cause") == "pays_enough") {
                return {"It pays the estimate for the next blocks already, or more.",
                        fmt::format("Wait, or name more: --feerate {}.", number(problem, "least"))};
            }
            return {fmt::format("The feerate is out of range: {} to {} sat per vbyte.",
                                number(problem, "least"), number(problem, "most")),
                    "Leave --feerate away to use the estimate."};
        case ProblemKind::no_usable_channel:
            if (text("cause") == "opening")
                return {"The channel is not ready yet.",
                        "See runnel-cli channels for what it waits for."};
            if (text("cause") == "not_connected")
                return {"The peer of your channel is not connected.",
                        "Wait until it is back, or connect to it."};
            return {"There is no open channel with a connected peer to use.",
                    "Open a channel, or connect to its peer."};
        case ProblemKind::no_route: {
            const auto cause = text("cause");
            if (cause == "payee_unknown") {
                return {
                    "No way to the payee is known: it is no direct peer and the invoice names no "
                    "way to it.",
                    "Open a channel with the payee."};
            }
            if (cause == "hints_unreachable") {
                return {"The invoice names ways to the payee, but none begins at a peer of yours.",
                        "Open a channel with one of the nodes it names (runnel-cli decode)."};
            }
            return {fmt::format("No way to the payee{}.", because(problem)),
                    "Open a channel with the payee."};
        }
        case ProblemKind::insufficient_liquidity:
            return {
                fmt::format(
                    "Your channels can send {} msat at most in one payment; {} msat are needed.{}",
                    number(problem, "can_send_msat"), number(problem, "needed_msat"),
                    where_the_rest_is(problem)),
                "Pay a smaller amount, or open a larger channel."};
        case ProblemKind::fee_limit:
            if (!text("what").empty()) {
                return {
                    fmt::format("The fee on the chain would be {} sat, more than the limit of "
                                "{} sat. Nothing was begun.",
                                whole_sat(problem, "fee_msat"), whole_sat(problem, "max_fee_msat")),
                    "Allow more with --max-fee SAT, choose a lower --feerate, or wait until "
                    "fees are lower."};
            }
            return {fmt::format("The fee would be {} msat, more than the limit of {} msat.",
                                number(problem, "fee_msat"), number(problem, "max_fee_msat")),
                    "Allow more with --max-fee MSAT."};
        case ProblemKind::expired:
            return {"The invoice has expired.", "Ask the payee for a new one."};
        case ProblemKind::already_paid:
            return {"This invoice has been paid already; nothing was sent.",
                    "See runnel-cli payment HASH for the proof."};
        case ProblemKind::in_flight:
            return {
                "A payment of this invoice is still under way. It may yet succeed; it will not be "
                "sent twice.",
                "See runnel-cli payment HASH for its end."};
        case ProblemKind::own_invoice: return {"This invoice is your own.", ""};
        case ProblemKind::payee_refused:
            return {fmt::format("The payee refused the payment{}. Nothing was paid.",
                                because(problem, "code")),
                    "Ask the payee for a new invoice."};
        case ProblemKind::payment_failed:
            return {fmt::format("The payment failed on its way{}. Nothing was paid.",
                                because(problem, "code")),
                    "Try again later."};
        case ProblemKind::timed_out:
            if (!text("what").empty())
                return {fmt::format("Waited in vain for {}.", text("what")), "Try again."};
            return {"The time was over. Nothing was paid.",
                    "Try again, with a longer --timeout perhaps."};
        case ProblemKind::wrong_network:
            return {fmt::format("This is made for another network{} than this wallet's{}.",
                                text("found").empty() ? "" : " (" + text("found") + ")",
                                text("expected").empty() ? "" : ", which is " + text("expected")),
                    "Ask for one of the right network."};
        case ProblemKind::malformed:
            return {fmt::format("The {} cannot be read{}.",
                                text("what").empty() ? "text" : text("what"), because(problem)),
                    "Copy it again, completely."};
        case ProblemKind::unsupported:
            if (const auto way = other_way(problem); !way.empty())
                return {fmt::format("This wallet cannot pay {} yet.", way),
                        "Ask the payee for a Lightning invoice, or for a bitcoin address."};
            return {fmt::format("It needs something that this wallet does not do{}.",
                                because(problem, "feature")),
                    ""};
        case ProblemKind::channel_not_open:
            return {fmt::format("The channel is not open{}.", because(problem, "state")),
                    "See runnel-cli channels."};
        case ProblemKind::broadcast_refused:
            if (text("purpose") == "send") {
                return {fmt::format("The chain source did not accept the transaction that sends "
                                    "your coins{}.",
                                    because(problem, "reason")),
                        "Do not send them again, or both could arrive: it is offered again with "
                        "each block, and its coins stay with it until it, or another transaction "
                        "that spends them, is in a block. Next time, a higher --feerate may help."};
            }
            if (text("purpose") == "close") {
                return {fmt::format("The chain source did not accept the transaction that closes a "
                                    "channel{}.",
                                    because(problem, "reason")),
                        text("can_bump").empty()
                            ? "It is offered again with each block, and goes when fees fall."
                            : fmt::format("It is offered again with each block, and goes when fees "
                                          "fall. To speed it up: runnel-cli bump {}",
                                          text("txid"))};
            }
            return {fmt::format("The chain source refused the transaction{}.",
                                because(problem, "reason")),
                    "It is tried again with each block, and its coins stay with it until it, or "
                    "another transaction that "
                    "spends them, is in a block. Next time, a higher --feerate may help."};
        case ProblemKind::disk_full:
            return {"The disk is full. Closing channels still works; nothing new is begun.",
                    "Make space on the disk."};
        case ProblemKind::busy:
            return {fmt::format("Something of the same kind is still under way{}.",
                                because(problem, "what")),
                    "Wait for it to end."};
        case ProblemKind::commitment_underpaid:
            return {fmt::format("The fee of this channel's closing transaction, which the peer "
                                "sets, is lower than what mempools "
                                "take now ({} of {} sat per 1000 weight units). Nothing more is "
                                "sent over it until the peer "
                                "raises it.",
                                number(problem, "feerate"), number(problem, "least")),
                    "Wait, or close the channel by agreement."};
        case ProblemKind::practice_gone:
            if (text("cause") == "silent") {
                return {"The practice network is running, but has not answered in time.",
                        "Try again in a moment; if it stays so, stop the node and start it again."};
            }
            return {"The practice network is not there at the moment, or ended before it answered.",
                    "It starts again by itself; try again in a moment. runnel-cli practice state "
                    "says why it ended."};
        case ProblemKind::faucet_dry:
            return {"The faucet has nothing left at the moment.", "Try again after some blocks."};
        case ProblemKind::funding_lost:
            if (problem.params.contains("theirs")) {
                return {
                    "A channel that was opened to you is gone: the payment into it stood in a "
                    "block "
                    "that was replaced, and has not come again. There is nothing in the channel, "
                    "and what you received through it is lost.",
                    "There is nothing to do. Whoever opened it may have spent the same coins "
                    "twice: "
                    "be careful with another channel of theirs."};
            }
            return {
                "A channel never came to be: another transaction spent the coin that was to fund "
                "it. What it did not spend is in "
                "your wallet again.",
                "If you did not send it yourself, somebody else has the words of this wallet, or "
                "took back a payment to you."};
        case ProblemKind::chain_unknown:
            return {fmt::format("The chain source does not know any of the blocks that this wallet "
                                "remembers{}. Nothing is believed of "
                                "it, and nothing new is begun.",
                                because(problem)),
                    "Connect to the bitcoind that this wallet was used with, or to one with its "
                    "whole chain. It is tried again by itself."};
        case ProblemKind::chain_behind:
            return {fmt::format("The chain source is behind what the network has{}. Nothing is "
                                "added to channels until it has caught up.",
                                because(problem)),
                    "Check that bitcoind is connected to the network, or use another one."};
        case ProblemKind::chain_pruned:
            return {fmt::format(
                        "The chain source has deleted blocks that this wallet has not read yet{}.",
                        because(problem)),
                    "Use a bitcoind that keeps all blocks, or let this one load them again. It is "
                    "tried again by itself."};
        case ProblemKind::store_in_doubt:
            if (problem.params.contains("outdated")) {
                return {
                    "The other side has proven that it holds a newer state of this channel than "
                    "this copy of the wallet. To publish what this copy knows would give the "
                    "other side everything in it.",
                    "Only the other side can close this channel now: ask it to. Your share then "
                    "comes back by itself."};
            }
            return {
                "Part of what this wallet has written is missing: an older copy of it may have "
                "been started. A channel is not closed by "
                "force until its other side was connected and has confirmed where it stands: an "
                "outdated state could cost everything in "
                "it.",
                "Keep the wallet running until every other side was connected once. Everything "
                "else goes on. Only if the other side never comes back: runnel-cli close ID "
                "--force "
                "--risk-old-state publishes what this copy knows. DANGER: if this copy is older "
                "than what the other side has, the other side can take everything in the channel."};
        case ProblemKind::send_lost:
            return {fmt::format("A send of {} sat will not arrive: its coins were spent by another "
                                "transaction, which is in a block.",
                                number(problem, "amount_sat")),
                    "Another copy of this wallet may have sent it. What was not spent is still "
                    "there: look at runnel-cli transactions before sending again."};
        case ProblemKind::cancelled: return {"The opening was cancelled. Nothing was spent.", ""};
        case ProblemKind::no_package_relay:
            return {fmt::format("The chain source cannot pass on a transaction together with one "
                                "that pays for it{}. "
                                "A channel could not be closed in time when fees are high, so no "
                                "new one is begun.",
                                because(problem)),
                    "Use bitcoind 28 or newer."};
        case ProblemKind::internal:
            return {
                fmt::format("Something went wrong inside Runnel{}.", because(problem, "detail")),
                "Please report it, with the log."};
    }
    return {"Something went wrong.", ""};
}

}  // namespace runnel::control
