// Channels in every state, reached the honest way, for the golden tests. The subject is the funder
// where a state allows it.
#pragma once

#include "tests/unit/channel/pair.h"

#include <functional>
#include <string>
#include <vector>

namespace runnel::test {

/// One state of the subject. `make` brings a fresh pair there; `subject` says which half is looked
/// at.
struct World {
    std::string name;
    std::function<void(Pair&)> make;
    bool subject_is_funder = true;
};

/// In Normal: an HTLC of each direction locked in, and balances on both sides.
inline void busy(Pair& pair) {
    pair.open();
    pair.add(pair.a, Msat(50'000'000), 1);
    pair.add(pair.b, Msat(20'000'000), 2);
    pair.settle();
}
inline void shut_both(Pair& pair) {
    for (Half* const half : {&pair.a, &pair.b}) {
        (void)channel::shut_down(*half->channel, wallet_script(half->name), half->context())
            .value();
    }
}
/// Removes both HTLCs of busy().
inline void empty(Pair& pair) {
    pair.fulfill(pair.b, HtlcId(0), 1);
    pair.wire_fail(pair.a, HtlcId(0));
    pair.settle();
}
/// Everything but the closing_signed is said.
inline void negotiate(Pair& pair) {
    busy(pair);
    empty(pair);
    shut_both(pair);
    pair.a.flush();
    pair.b.flush();
    while (!pair.a.wire.empty()) pair.deliver(pair.a);
    while (!pair.b.wire.empty()) pair.deliver(pair.b);
    pair.a.flush();
    pair.b.flush();
}

inline const std::vector<World>& worlds() {
    using namespace channel;
    static const std::vector<World> all{
        {"awaiting_accept", [](Pair& p) { p.offer(); }},
        {"awaiting_funding_created",
         [](Pair& p) {
             p.offer();
             p.deliver(p.a);
         },
         false},
        {"awaiting_funding_signed",
         [](Pair& p) {
             p.offer();
             p.deliver(p.a);
             p.deliver(p.b);
         }},
        {"awaiting_confirmation", [](Pair& p) { p.agree(); }},
        {"awaiting_confirmation (fundee)", [](Pair& p) { p.agree(); }, false},
        {"awaiting_ready",
         [](Pair& p) {
             p.agree();
             p.confirm(p.a);
         }},
        {"normal", [](Pair& p) { busy(p); }},
        {"normal (fundee)", [](Pair& p) { busy(p); }, false},
        {"normal (offline)",
         [](Pair& p) {
             busy(p);
             p.cut();
         }},
        {"normal (reestablishing)",
         [](Pair& p) {
             busy(p);
             p.cut();
             p.reconnect();
         }},
        {"shutting_down",  // by us, not answered yet
         [](Pair& p) {
             busy(p);
             (void)shut_down(*p.a.channel, wallet_script(1), p.a.context()).value();
             p.a.flush();
         }},
        {"shutting_down (both)",
         [](Pair& p) {
             busy(p);
             shut_both(p);
             p.settle();
         }},
        {"shutting_down (reestablishing)",
         [](Pair& p) {
             busy(p);
             shut_both(p);
             p.settle();
             p.cut();
             p.reconnect();
         }},
        {"negotiating_close", [](Pair& p) { negotiate(p); }},
        {"negotiating_close (fundee)", [](Pair& p) { negotiate(p); }, false},
        {"negotiating_close (reestablishing)",
         [](Pair& p) {
             negotiate(p);
             p.cut();
             p.reconnect();
         }},
        {"shutting_down (close signed)",
         [](Pair& p) {
             negotiate(p);
             p.cut();
             p.reconnect();
             p.deliver(p.b);
         }},
        {"closing (ours)",
         [](Pair& p) {
             busy(p);
             (void)force_close(*p.a.channel, "asked to", p.a.context()).value();
         }},
        {"closing (mutual)",
         [](Pair& p) {
             negotiate(p);
             p.settle();
         }},
        {"closing (mutual, reestablishing)",
         [](Pair& p) {
             negotiate(p);
             p.settle();
             p.cut();
             p.reconnect();
         }},
        {"closing (mutual, reestablished)",
         [](Pair& p) {
             negotiate(p);
             p.settle();
             p.cut();
             p.reconnect();
             p.deliver(p.b);
         }},
        {"closing (mutual, reestablished, fundee)",
         [](Pair& p) {
             negotiate(p);
             p.settle();
             p.cut();
             p.reconnect();
             p.deliver(p.a);
         },
         false},
        {"closing (lost state)",
         [](Pair& p) {
             busy(p);
             const auto old = *p.a.channel;
             empty(p);
             p.cut();
             p.a.channel = old;
             (void)on_peer_down(*p.a.channel);
             p.reconnect();
             p.deliver(p.b);
         }},
        {"closed",
         [](Pair& p) {
             busy(p);
             Closed closed{
                 Pair::commitments(p.a).params(), BlockHeight(300), {}, "theirs", Sat(500'000)};
             p.a.channel->state = std::move(closed);
         }},
        {"closed (settled)",  // and not irrevocable yet
         [](Pair& p) {
             busy(p);
             Closed closed{
                 Pair::commitments(p.a).params(), BlockHeight(300), {}, "ours", Sat(500'000)};
             (void)force_close(*p.a.channel, "asked to", p.a.context()).value();
             Closing closing = std::get<Closing>(p.a.channel->state);
             p.a.channel->state = Settled{std::move(closing), std::move(closed)};
         }},
    };
    return all;
}

}  // namespace runnel::test
