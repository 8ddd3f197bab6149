// The n-th-failure loop: the process dies at commit 1, starts again, finishes, everything is
// checked; then at commit 2; ... until a run has no crash. Before the commit is written, and after
// it is written but before anything of it was sent. On either side.
#include "tests/scenario/ledger.h"

#include "core/node/funding.h"

using namespace runnel;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

enum class Moment { before, after };

struct Scene {
    std::string name;
    /// Prepares everything up to the moment from which commits are counted.
    std::function<ChannelId(Duo&)> prepare;
    /// What happens; may be cut off anywhere.
    std::function<void(Duo&, const ChannelId&)> act;
    /// Goes on until it is finished, as a person and a daemon would; then says whether all is as it
    /// must be.
    std::function<bool(Duo&, const ChannelId&)> finish;
};

/// Dead nodes start again and the peers find each other.
void recover(Duo& net) {
    for (int i = 0; i < 4; ++i) {
        net.net.revive();
        net.reconnect();
        net.net.advance(2'000);
    }
}

/// Runs one scene with a crash at each commit in turn; the number of commits it took.
std::size_t loop(const Scene& scene, bool alice_dies, Moment moment) {
    for (std::uint64_t n = 1; n < 500; ++n) {
        Duo net;
        const auto id = scene.prepare(net);
        auto& victim = alice_dies ? net.alice : net.bob;
        if (moment == Moment::before) {
            victim.crash_before(n);
        } else {
            victim.crash_after(n);
        }
        scene.act(net, id);
        net.net.settle();
        const bool died = !victim.is_alive();
        recover(net);
        const bool finished = scene.finish(net, id);
        const bool sound = net.check();
        if (!finished || !sound) {
            qWarning("%s: %s dies %s commit %llu", scene.name.c_str(), victim.name().c_str(),
                     moment == Moment::before ? "before" : "after",
                     static_cast<unsigned long long>(n));
            return 0;
        }
        if (!died) return static_cast<std::size_t>(n);
    }
    return 0;
}

const Sat capacity = 1'000'000_sat;
const Sat start = 2'120'000_sat;  // of each, in coins

bool is_exactly(const char* whose, Sat has, Sat expected) {
    if (has == expected) return true;
    qWarning("%s has %llu sat in coins, and should have %llu", whose,
             static_cast<unsigned long long>(has.raw()),
             static_cast<unsigned long long>(expected.raw()));
    return false;
}

/// What is irrevocably over keeps nothing else.
const channel::ChannelParams& params_in(const sim::SimNode& node, const ChannelId& id) {
    const auto& state = Duo::channel_of(node, id)->state;
    const auto* const over = std::get_if<channel::Closed>(&state);
    return over != nullptr ? over->params : channel::funded_of(state)->params();
}

/// While the channel is open: what is not in Alice's coins is in the channel or was the fee of its
/// funding, and Bob has spent nothing.
bool coins_are_whole(Duo& net, const ChannelId& id) {
    const auto funding = *net.net.chain().transaction(params_in(net.alice, id).funding.txid)->tx;
    return is_exactly("alice", Duo::coins(net.alice),
                      start - capacity - fee_of(net.net.chain(), funding)) &&
           is_exactly("bob", Duo::coins(net.bob), start);
}

std::string g_bolt11;

Scene open_scene() {
    return {
        "open",
        [](Duo& net) {
            net.reconnect();
            return ChannelId{};
        },
        [](Duo& net, const ChannelId&) {
            net.alice.post(api::OpenChannel{net.bob.id(), capacity, 0_msat, false, std::nullopt});
            net.net.settle();
            net.net.mine(7);
        },
        [](Duo& net, const ChannelId&) {
            net.net.mine(7);
            recover(net);
            // Either there is no channel and every coin is there, or there is one on both sides and
            // it works.
            const auto& channels = net.alice.node().state().channels;
            if (channels.empty()) {
                // He may have signed for one that never comes: until it is in a block there is
                // nothing in it, and he forgets it in the end.
                for (const auto& [id, channel] : net.bob.node().state().channels) {
                    if (!node::is_unproven(*channel)) return false;
                }
                return is_exactly("alice", Duo::coins(net.alice), start) &&
                       is_exactly("bob", Duo::coins(net.bob), start);
            }
            if (channels.size() != 1) return false;
            const auto id = channels.begin()->first;
            if (Duo::state_of(net.alice, id) != "normal" ||
                Duo::state_of(net.bob, id) != "normal") {
                qWarning("alice %s bob %s", Duo::state_of(net.alice, id).c_str(),
                         Duo::state_of(net.bob, id).c_str());
                return false;
            }
            return coins_are_whole(net, id) &&
                   net.pays(net.alice, net.bob, 1'000'000_msat).succeeded() &&
                   Duo::settled(net.alice, id) == 999'000'000_msat &&
                   Duo::settled(net.bob, id) == 1'000'000_msat;
        }};
}

Scene pay_scene(bool bob_pays_too) {
    return {"pay",
            [](Duo& net) {
                const auto id = net.open(net.alice, net.bob, capacity, 300'000'000_msat);
                g_bolt11 = net.invoice(net.bob, 50'000'000_msat);
                return id;
            },
            [bob_pays_too](Duo& net, const ChannelId&) {
                net.start_payment(net.alice, g_bolt11);
                if (bob_pays_too) net.bob.post(api::Keysend{net.alice.id(), 7'000'000_msat});
                net.net.settle();
            },
            [](Duo& net, const ChannelId& id) {
                recover(net);
                // Whether it was paid is told by the payer's book; the payee's must say the same,
                // and asking again must not pay twice.
                auto again = net.start_payment(net.alice, g_bolt11);
                net.net.settle();
                recover(net);
                const auto hash_paid = [](const sim::SimNode& node) {
                    for (const auto& [hash, p] : node.node().state().incoming) {
                        if (p->amount == 50'000'000_msat &&
                            std::holds_alternative<node::InvoicePaid>(p->status))
                            return true;
                    }
                    return false;
                };
                const auto* const c = Duo::channel_of(net.alice, id);
                if (c == nullptr || !channel::funded_of(c->state)->commitments.is_quiet()) {
                    qWarning("not quiet");
                    return false;
                }
                if (!again.succeeded() && again.problem() != api::ProblemKind::already_paid) {
                    qWarning("second attempt: %s",
                             again.problem() ? std::string(api::to_string(*again.problem())).c_str()
                                             : "no answer");
                    return false;
                }
                Msat keysend;
                for (const auto& [hash, p] : net.alice.node().state().incoming) {
                    if (const auto* const paid = std::get_if<node::InvoicePaid>(&p->status))
                        keysend += paid->received;
                }
                const Msat bob = Duo::settled(net.bob, id);
                if (!hash_paid(net.bob) || bob + keysend != 350'000'000_msat) {
                    qWarning("bob has %llu", static_cast<unsigned long long>(bob.raw()));
                    return false;
                }
                return Duo::settled(net.alice, id) + bob == capacity.msat() &&
                       coins_are_whole(net, id);
            }};
}

Scene close_scene(bool force) {
    return {force ? "force close" : "close",
            [](Duo& net) {
                const auto id = net.open(net.alice, net.bob, capacity, 300'000'000_msat);
                (void)net.pays(net.alice, net.bob, 20'000'000_msat);
                return id;
            },
            [force](Duo& net, const ChannelId& id) {
                net.alice.post(api::CloseChannel{id, force});
                net.net.settle();
                net.net.mine(1);
            },
            [force](Duo& net, const ChannelId& id) {
                recover(net);
                // A wish that died with the process before it was written is wished again.
                net.alice.post(api::CloseChannel{id, force});
                net.net.settle();
                net.net.mine(8);
                recover(net);
                if (force) net.net.mine(1'100);
                net.net.mine(8);
                if (Duo::state_of(net.alice, id) != "closed" ||
                    Duo::state_of(net.bob, id) != "closed") {
                    qWarning("alice %s bob %s", Duo::state_of(net.alice, id).c_str(),
                             Duo::state_of(net.bob, id).c_str());
                    return false;
                }
                // Each has what the channel's last state said, less what transactions of its own
                // cost. The close is paid by Alice, who opened; anchors, if it has any, too.
                const auto& chain = net.net.chain();
                const auto channel = on_chain(chain, params_in(net.alice, id).funding);
                if (!channel.close) return false;
                Sat anchors;
                for (const auto& output : channel.close->outputs) {
                    if (output.value == 330_sat) anchors += output.value;
                }
                const Sat bobs = 320'000_sat;
                return is_exactly("alice", Duo::coins(net.alice),
                                  start - bobs - fee_of(chain, channel.funding) -
                                      fee_of(chain, *channel.close) - anchors -
                                      own_costs(chain, net.alice, channel)) &&
                       is_exactly("bob", Duo::coins(net.bob),
                                  start + bobs - own_costs(chain, net.bob, channel));
            }};
}

Txid g_close;

/// Blocks are dear, and both know it; who has started again has to hear it again.
void speed_up(Duo& net) {
    for (auto* const node : {&net.alice, &net.bob}) {
        if (!node->is_alive()) continue;
        node->set_fees({FeeratePerKw(10'000), FeeratePerKw(6'000), FeeratePerKw(5'000),
                        FeeratePerKw(5'000), true});
    }
    net.net.settle();
    for (auto* const node : {&net.alice, &net.bob}) {
        if (node->is_alive()) node->post(api::BumpTransaction{g_close, {}});
    }
    net.net.settle();
}

/// A close by agreement waits for a block that it does not pay for; each side adds a child.
Scene bump_scene() {
    return {"bump",
            [](Duo& net) {
                const auto id = net.open(net.alice, net.bob, capacity, 300'000'000_msat);
                net.net.chain().set_mempool_min(FeeratePerKw(5'000));
                (void)net.run(net.alice, api::CloseChannel{id, false});
                const auto& closing =
                    std::get<channel::Closing>(Duo::channel_of(net.alice, id)->state);
                g_close = std::get<channel::MutualCloseAgreed>(closing.cause).tx.txid();
                return id;
            },
            [](Duo& net, const ChannelId&) {
                speed_up(net);
                net.net.mine(1);
            },
            [](Duo& net, const ChannelId& id) {
                // A wish that died with the process before it was written is wished again.
                for (int i = 0; i < 2; ++i) {
                    recover(net);
                    speed_up(net);
                    net.net.mine(8);
                }
                recover(net);
                net.net.mine(8);
                if (Duo::state_of(net.alice, id) != "closed" ||
                    Duo::state_of(net.bob, id) != "closed") {
                    qWarning("alice %s bob %s", Duo::state_of(net.alice, id).c_str(),
                             Duo::state_of(net.bob, id).c_str());
                    return false;
                }
                const auto& chain = net.net.chain();
                const auto channel = on_chain(chain, params_in(net.alice, id).funding);
                if (!channel.close || channel.close->txid() != g_close) return false;
                // At most one child each, and none that was lost on the way.
                std::size_t children = 0;
                for (const auto* const node : {&net.alice, &net.bob}) {
                    std::size_t own = 0;
                    for (const auto& [txid, row] : node->node().state().transactions) {
                        if (row.purpose != "bump") continue;
                        ++own;
                        if (!row.height) {
                            qWarning("%s: a child in no block", node->name().c_str());
                            return false;
                        }
                    }
                    if (own > 1) {
                        qWarning("%s: %zu children", node->name().c_str(), own);
                        return false;
                    }
                    children += own;
                }
                const Sat bobs = 300'000_sat;
                return children > 0 &&
                       is_exactly("alice", Duo::coins(net.alice),
                                  start - bobs - fee_of(chain, channel.funding) -
                                      fee_of(chain, *channel.close) -
                                      own_costs(chain, net.alice, channel)) &&
                       is_exactly("bob", Duo::coins(net.bob),
                                  start + bobs - own_costs(chain, net.bob, channel));
            }};
}

}  // namespace

class TestCrash : public QObject {
    Q_OBJECT

private slots:
    void loses_nothing_data();
    void loses_nothing();
};

void TestCrash::loses_nothing_data() {
    QTest::addColumn<int>("scene");
    QTest::addColumn<bool>("alice_dies");
    QTest::addColumn<bool>("after");
    const char* const names[] = {"open", "pay", "pay both ways", "close", "force close", "bump"};
    for (int scene = 0; scene < 6; ++scene) {
        for (const bool alice : {true, false}) {
            for (const bool after : {false, true}) {
                QTest::addRow("%s, %s dies %s", names[scene], alice ? "alice" : "bob",
                              after ? "after" : "before")
                    << scene << alice << after;
            }
        }
    }
}

void TestCrash::loses_nothing() {
    QFETCH(int, scene);
    QFETCH(bool, alice_dies);
    QFETCH(bool, after);
    const Scene scenes[] = {open_scene(),       pay_scene(false),  pay_scene(true),
                            close_scene(false), close_scene(true), bump_scene()};
    const auto commits = loop(scenes[scene], alice_dies, after ? Moment::after : Moment::before);
    QVERIFY2(commits >= 3, "see the lines above");
}

RUNNEL_TEST(TestCrash)
#include "test_crash.moc"
