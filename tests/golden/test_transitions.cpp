// tests/golden/transitions.txt: for every state of a channel and every input what follows. A change
// in this file is a change of the protocol as we speak it: read it line by line.
// RUNNEL_GOLDEN_UPDATE=1 writes it anew.
#include "tests/support/test_main.h"

#include "tests/golden/worlds.h"

#include <QFile>

#include <algorithm>
#include <set>

using namespace runnel;
using namespace runnel::channel;
using namespace runnel::literals;
using runnel::test::Half;
using runnel::test::Pair;

namespace {

/// A pair brought to a state, and the half that is looked at.
struct Scene {
    Pair pair;
    bool funder = true;
    Half& subject() { return funder ? pair.a : pair.b; }
    Half& peer() { return funder ? pair.b : pair.a; }
};

std::string name_of(const HtlcFact& fact) {
    return std::visit(
        overloaded{[](const IncomingLockedIn&) { return std::string("incoming_locked_in"); },
                   [](const OutgoingRemoved& f) {
                       return std::string(f.removal ? "outgoing_removed" : "outgoing_taken_back");
                   },
                   [](const IncomingRemoved&) { return std::string("incoming_removed"); }},
        fact);
}
std::string name_of(const Fact& fact) {
    return std::visit(
        overloaded{[](const FundingAgreed&) { return std::string("funding_agreed"); },
                   [](const BecameFunded&) { return std::string("became_funded"); },
                   [](const BecameUsable&) { return std::string("became_usable"); },
                   [](const PreimageLearned&) { return std::string("preimage_learned"); },
                   [](const HtlcFact& f) { return name_of(f); },
                   [](const MutualCloseSigned&) { return std::string("mutual_close_signed"); },
                   [](const MustClose&) { return std::string("must_close"); },
                   [](const LostState&) { return std::string("lost_state"); }},
        fact);
}
std::string_view name_of(Disposition d) {
    switch (d) {
        case Disposition::ignore: return "ignore";
        case Disposition::warn: return "warn";
        case Disposition::warn_and_disconnect: return "warn_and_disconnect";
        case Disposition::fail_channel: return "fail_channel";
        case Disposition::fail_opening: return "fail_opening";
    }
    return "";
}

std::string state_of(const Channel& channel) {
    std::string out(state_name(channel.state));
    if (const auto* const closing = std::get_if<Closing>(&channel.state)) {
        static constexpr std::string_view causes[] = {"mutual", "ours", "lost state", "theirs"};
        out += " (" + std::string(causes[closing->cause.index()]) + ")";
    }
    if (channel.link == Link::offline) out += " offline";
    if (channel.link == Link::reestablishing) out += " reestablishing";
    return out;
}

std::string text_of(const Channel& after, const Step& step) {
    std::string out = state_of(after);
    for (const auto& message : step.send) out += " > " + std::string(wire::name_of(message));
    for (const auto& fact : step.facts) out += " ! " + name_of(fact);
    return out;
}
std::string text_of(const Channel& before, const ChannelFault& fault) {
    // Before there is a channel every fault ends the opening (see on_fault).
    const auto what = is_stored(before.state) ? disposition(fault) : Disposition::fail_opening;
    return "fault " + std::string(to_string(fault.kind)) + ", " + std::string(name_of(what));
}

using Input = std::pair<std::string, std::function<std::string(Scene&)>>;

std::string hear(Scene& scene, const wire::Message& message) {
    Half& half = scene.subject();
    const Channel before = *half.channel;
    const auto step = half.hear(message);
    return step ? text_of(*half.channel, *step) : text_of(before, step.error());
}

template <typename M>
M named(Scene& scene) {
    M message;
    if constexpr (requires { message.channel_id; }) {
        message.channel_id = scene.subject().channel->id;
    } else {
        message.temporary_channel_id = scene.subject().channel->id;
    }
    return message;
}

/// The message of this type that the peer has ready or would say next; if it never would, one of
/// the right shape.
template <typename M>
std::optional<M> said(Half& half) {
    for (const auto& message : half.wire) {
        if (const auto* const found = std::get_if<M>(&message)) return *found;
    }
    return std::nullopt;
}

bool takes_updates_online(Half& half) {
    return half.channel &&
           (std::holds_alternative<Normal>(half.channel->state) ||
            std::holds_alternative<ShuttingDown>(half.channel->state)) &&
           half.channel->link == Link::online;
}

std::string on_commitment_signed(Scene& scene) {
    Half& peer = scene.peer();
    if (takes_updates_online(peer) && takes_updates_online(scene.subject())) {
        // The peer answers our HTLC and signs.
        const auto answer =
            fulfill_htlc(*peer.channel, HtlcId(0), test::test_preimage(scene.funder ? 1 : 2))
                .value();
        (void)scene.subject().hear(answer).value();
        auto step = channel::flush(*peer.channel, peer.context()).value();
        for (const auto& message : step.send) {
            if (std::holds_alternative<wire::CommitmentSigned>(message))
                return hear(scene, message);
        }
    }
    return hear(scene, named<wire::CommitmentSigned>(scene));
}

std::string on_revoke_and_ack(Scene& scene) {
    Half& half = scene.subject();
    Half& peer = scene.peer();
    if (takes_updates_online(peer) && takes_updates_online(half)) {
        // We fail their HTLC and sign; they revoke.
        half.take(Step{{fail_htlc(*half.channel, HtlcId(0), Bytes{1}).value()}, {}});
        half.flush();
        std::optional<wire::RevokeAndAck> revocation;
        while (!half.wire.empty()) {
            const auto message = half.wire.front();
            half.wire.pop_front();
            auto step = peer.hear(message);
            if (!step) continue;
            for (const auto& reply : step->send) {
                if (const auto* const revoke = std::get_if<wire::RevokeAndAck>(&reply))
                    revocation = *revoke;
            }
        }
        if (revocation) return hear(scene, *revocation);
    }
    auto message = named<wire::RevokeAndAck>(scene);
    message.next_per_commitment_point = peer.signer.commitment_point(CommitmentNumber(2));
    return hear(scene, message);
}

std::string on_reestablish(Scene& scene) {
    Half& peer = scene.peer();
    if (const auto ready = said<wire::ChannelReestablish>(peer)) return hear(scene, *ready);
    if (const Funded* const funded = peer.channel ? funded_of(peer.channel->state) : nullptr) {
        auto message = funded->commitments.reestablish(peer.signer);
        message.channel_id = peer.channel->id;
        return hear(scene, message);
    }
    return hear(scene, named<wire::ChannelReestablish>(scene));
}

std::vector<Input> inputs() {
    std::vector<Input> out;
    const auto put = [&](std::string name, std::function<std::string(Scene&)> act) {
        out.emplace_back(std::move(name), std::move(act));
    };
    // Messages.
    put("accept_channel", [](Scene& s) {
        const auto ready = said<wire::AcceptChannel>(s.peer());
        if (ready) return hear(s, *ready);
        if (!s.peer().channel) {
            while (!s.peer().channel) s.pair.deliver(s.subject());
            if (const auto now = said<wire::AcceptChannel>(s.peer())) return hear(s, *now);
        }
        return hear(s, named<wire::AcceptChannel>(s));
    });
    put("funding_created", [](Scene& s) {
        if (std::holds_alternative<AwaitingFundingCreated>(s.subject().channel->state)) {
            s.pair.deliver(s.subject());
            return hear(s, *said<wire::FundingCreated>(s.peer()));
        }
        return hear(s, named<wire::FundingCreated>(s));
    });
    put("funding_signed", [](Scene& s) {
        if (std::holds_alternative<AwaitingFundingSigned>(s.subject().channel->state)) {
            s.pair.deliver(s.subject());
            return hear(s, *said<wire::FundingSigned>(s.peer()));
        }
        return hear(s, named<wire::FundingSigned>(s));
    });
    put("channel_ready", [](Scene& s) {
        auto message = named<wire::ChannelReady>(s);
        message.second_per_commitment_point = s.peer().signer.commitment_point(CommitmentNumber(1));
        message.short_channel_id = ShortChannelId(77);
        return hear(s, message);
    });
    put("shutdown", [](Scene& s) {
        auto message = named<wire::Shutdown>(s);
        message.scriptpubkey = test::wallet_script(s.peer().name);
        return hear(s, message);
    });
    put("shutdown (nonsense script)", [](Scene& s) {
        auto message = named<wire::Shutdown>(s);
        message.scriptpubkey = Bytes{0x6a};
        return hear(s, message);
    });
    put("closing_signed", [](Scene& s) {
        if (const auto ready = said<wire::ClosingSigned>(s.peer())) return hear(s, *ready);
        if (std::holds_alternative<NegotiatingClose>(s.subject().channel->state) && s.funder &&
            s.peer().channel->link == Link::online) {
            s.pair.deliver(s.subject());
            if (const auto now = said<wire::ClosingSigned>(s.peer())) return hear(s, *now);
        }
        return hear(s, named<wire::ClosingSigned>(s));
    });
    put("closing_signed (bad signature)", [](Scene& s) {
        auto message = named<wire::ClosingSigned>(s);
        message.fee_satoshis = 500_sat;
        message.signature = s.peer().signer.stray_signature();
        return hear(s, message);
    });
    put("update_add_htlc", [](Scene& s) {
        auto message = named<wire::UpdateAddHtlc>(s);
        const Funded* const funded = funded_of(s.subject().channel->state);
        message.id =
            funded == nullptr ? HtlcId(0) : funded->commitments.next_htlc_id(Party::theirs);
        message.amount_msat = 1'000'000_msat;
        message.payment_hash = test::test_hash(9);
        message.cltv_expiry = BlockHeight(500);
        return hear(s, message);
    });
    put("update_fulfill_htlc", [](Scene& s) {
        auto message = named<wire::UpdateFulfillHtlc>(s);
        message.payment_preimage = test::test_preimage(s.funder ? 1 : 2);
        return hear(s, message);
    });
    put("update_fulfill_htlc (wrong preimage)", [](Scene& s) {
        auto message = named<wire::UpdateFulfillHtlc>(s);
        message.payment_preimage = test::test_preimage(99);
        return hear(s, message);
    });
    put("update_fail_htlc", [](Scene& s) {
        auto message = named<wire::UpdateFailHtlc>(s);
        message.reason = Bytes{1, 2, 3};
        return hear(s, message);
    });
    put("update_fail_malformed_htlc", [](Scene& s) {
        auto message = named<wire::UpdateFailMalformedHtlc>(s);
        message.failure_code = 0xc005;
        return hear(s, message);
    });
    put("update_fee", [](Scene& s) {
        auto message = named<wire::UpdateFee>(s);
        message.feerate_per_kw = FeeratePerKw(1'500);
        return hear(s, message);
    });
    put("commitment_signed", on_commitment_signed);
    put("commitment_signed (bad signature)", [](Scene& s) {
        auto message = named<wire::CommitmentSigned>(s);
        message.signature = s.peer().signer.stray_signature();
        message.htlc_signature.assign(2, message.signature);
        return hear(s, message);
    });
    put("revoke_and_ack", on_revoke_and_ack);
    put("channel_reestablish", on_reestablish);
    put("channel_reestablish (they are behind)", [](Scene& s) {
        auto message = named<wire::ChannelReestablish>(s);
        message.my_current_per_commitment_point =
            s.peer().signer.commitment_point(CommitmentNumber(0));
        return hear(s, message);
    });
    put("channel_reestablish (we are behind)", [](Scene& s) {
        auto message = named<wire::ChannelReestablish>(s);
        message.next_commitment_number = CommitmentNumber(10);
        message.next_revocation_number = CommitmentNumber(10);
        message.your_last_per_commitment_secret =
            s.subject().signer.commitment_secret(CommitmentNumber(9));
        message.my_current_per_commitment_point =
            s.peer().signer.commitment_point(CommitmentNumber(9));
        return hear(s, message);
    });
    put("channel_reestablish (says so without proof)", [](Scene& s) {
        auto message = named<wire::ChannelReestablish>(s);
        message.next_commitment_number = CommitmentNumber(10);
        message.next_revocation_number = CommitmentNumber(10);
        message.your_last_per_commitment_secret =
            s.peer().signer.commitment_secret(CommitmentNumber(9));
        message.my_current_per_commitment_point =
            s.peer().signer.commitment_point(CommitmentNumber(9));
        return hear(s, message);
    });
    put("error", [](Scene& s) { return hear(s, named<wire::Error>(s)); });
    put("warning", [](Scene& s) { return hear(s, named<wire::Warning>(s)); });
    // The connection and the chain.
    put("= peer up", [](Scene& s) {
        Half& half = s.subject();
        const Step step = on_peer_up(*half.channel, half.context());
        return text_of(*half.channel, step);
    });
    put("= peer down", [](Scene& s) {
        Half& half = s.subject();
        return on_peer_down(*half.channel) ? text_of(*half.channel, Step{})
                                           : std::string("forgotten");
    });
    put("= funding confirmed, deep", [](Scene& s) {
        Half& half = s.subject();
        half.height = BlockHeight(106);
        on_funding_confirmed(*half.channel, Confirmation{BlockHeight(101), 3});
        const Step step = on_block(*half.channel, half.context());
        return text_of(*half.channel, step);
    });
    put("= funding confirmed, shallow", [](Scene& s) {
        Half& half = s.subject();
        half.height = BlockHeight(101);
        on_funding_confirmed(*half.channel, Confirmation{BlockHeight(101), 3});
        const Step step = on_block(*half.channel, half.context());
        return text_of(*half.channel, step);
    });
    put("= funding unconfirmed", [](Scene& s) {
        Half& half = s.subject();
        on_funding_unconfirmed(*half.channel);
        return text_of(*half.channel, Step{}) + (is_usable(*half.channel) ? "" : ", not usable");
    });
    // Wishes.
    const auto wish = [](Scene& s, const auto& made, const Channel& before) {
        if (!made) return text_of(before, made.error());
        Half& half = s.subject();
        Step step{{wire::Message(*made)}, {}};
        auto more = flush(*half.channel, half.context());
        if (!more) return text_of(before, more.error());
        step.send.insert(step.send.end(), more->send.begin(), more->send.end());
        return text_of(*half.channel, step);
    };
    put("+ add_htlc", [wish](Scene& s) {
        Half& half = s.subject();
        const Channel before = *half.channel;
        return wish(
            s, add_htlc(*half.channel, 1'000'000_msat, test::test_hash(9), BlockHeight(500), {}),
            before);
    });
    put("+ fulfill_htlc", [wish](Scene& s) {
        Half& half = s.subject();
        const Channel before = *half.channel;
        return wish(s,
                    fulfill_htlc(*half.channel, HtlcId(0), test::test_preimage(s.funder ? 2 : 1)),
                    before);
    });
    put("+ fail_htlc", [wish](Scene& s) {
        Half& half = s.subject();
        const Channel before = *half.channel;
        return wish(s, fail_htlc(*half.channel, HtlcId(0), Bytes{1}), before);
    });
    put("+ update_fee", [wish](Scene& s) {
        Half& half = s.subject();
        const Channel before = *half.channel;
        return wish(s, update_fee(*half.channel, FeeratePerKw(1'200)), before);
    });
    const auto closing_wish = [](Scene& s, const StepResult& made, const Channel& before) {
        if (!made) return text_of(before, made.error());
        Half& half = s.subject();
        Step step = *made;
        auto more = flush(*half.channel, half.context());
        if (!more) return text_of(before, more.error());
        step.send.insert(step.send.end(), more->send.begin(), more->send.end());
        step.facts.insert(step.facts.end(), more->facts.begin(), more->facts.end());
        return text_of(*half.channel, step);
    };
    put("+ shut_down", [closing_wish](Scene& s) {
        Half& half = s.subject();
        const Channel before = *half.channel;
        return closing_wish(
            s, shut_down(*half.channel, test::wallet_script(half.name), half.context()), before);
    });
    put("+ force_close", [closing_wish](Scene& s) {
        Half& half = s.subject();
        const Channel before = *half.channel;
        return closing_wish(s, force_close(*half.channel, "asked to", half.context()), before);
    });
    put("+ flush", [closing_wish](Scene& s) {
        const Channel before = *s.subject().channel;
        return closing_wish(s, Step{}, before);
    });
    return out;
}

Scene scene_of(const test::World& world) {
    Scene scene;
    world.make(scene.pair);
    scene.funder = world.subject_is_funder;
    return scene;
}

QByteArray table() {
    std::vector<std::string> lines;
    for (const auto& world : test::worlds()) {
        const Scene start = scene_of(world);
        for (const auto& [name, act] : inputs()) {
            Scene scene = start;
            lines.push_back(world.name + " | " + name + " | " + act(scene));
        }
    }
    std::sort(lines.begin(), lines.end());
    QByteArray out;
    for (const auto& line : lines) out += QByteArray::fromStdString(line) + "\n";
    return out;
}

}  // namespace

class TestTransitions : public QObject {
    Q_OBJECT

private slots:
    void every_state_is_there();
    void table_is_as_committed();
    void a_fault_changes_nothing();
};

void TestTransitions::every_state_is_there() {
    std::set<std::size_t> seen;
    for (const auto& world : test::worlds()) {
        Scene scene = scene_of(world);
        const auto& state = scene.subject().channel->state;
        seen.insert(state.index());
        QVERIFY2(world.name.rfind(std::string(state_name(state)), 0) == 0,
                 qPrintable(QString("%1 is %2")
                                .arg(world.name.c_str())
                                .arg(std::string(state_name(state)).c_str())));
    }
    QCOMPARE(seen.size(), std::variant_size_v<ChannelState>);
}

void TestTransitions::table_is_as_committed() {
    const auto now = table();
    QFile file(test::tests_dir() + "/golden/transitions.txt");
    if (qEnvironmentVariableIsSet("RUNNEL_GOLDEN_UPDATE")) {
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(now), now.size());
        return;
    }
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto committed = file.readAll().split('\n');
    const auto made = now.split('\n');
    for (qsizetype i = 0; i < std::min(committed.size(), made.size()); ++i)
        QCOMPARE(made[i], committed[i]);
    QCOMPARE(made.size(), committed.size());
}

void TestTransitions::a_fault_changes_nothing() {
    for (const auto& world : test::worlds()) {
        Scene start = scene_of(world);
        if (!is_stored(start.subject().channel->state)) continue;
        for (const auto& [name, act] : inputs()) {
            // These say something themselves before they hear.
            if (name[0] == '=' || name[0] == '+' || name == "commitment_signed" ||
                name == "revoke_and_ack")
                continue;
            Scene scene = start;
            const auto before = encode_channel(*scene.subject().channel);
            const auto outcome = act(scene);
            if (outcome.rfind("fault", 0) != 0) continue;
            QVERIFY2(encode_channel(*scene.subject().channel) == before,
                     qPrintable(QString::fromStdString(world.name + " | " + name)));
        }
    }
}

RUNNEL_TEST(TestTransitions)
#include "test_transitions.moc"
