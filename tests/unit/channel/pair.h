// Two parties of one channel with everything around it made by hand: real keys, real messages, no
// node. Brings a channel into any of its states the way two honest parties would get there.
#pragma once

#include "core/channel/channel.h"
#include "core/channel/store.h"
#include "core/crypto/hash.h"
#include "tests/support/test_signer.h"

#include <deque>
#include <stdexcept>

namespace runnel::test {

inline bitcoin::Script wallet_script(std::uint8_t name) {
    return bitcoin::p2wpkh(crypto::hash160(ByteView(&name, 1)));
}

inline wire::Preimage test_preimage(std::uint8_t n) {
    wire::Preimage out;
    out.raw().fill(n);
    return out;
}
inline PaymentHash test_hash(std::uint8_t n) {
    return PaymentHash(crypto::sha256(test_preimage(n).view()).raw());
}

/// One party. A value: a copy goes its own way.
struct Half {
    explicit Half(std::uint8_t seed) : name(seed), signer(seed) {
        features = wire::Features::demanding(
            {wire::Feature::static_remotekey, wire::Feature::anchors, wire::Feature::channel_type,
             wire::Feature::scid_alias, wire::Feature::shutdown_anysegwit,
             wire::Feature::upfront_shutdown_script});
        fees.urgent = FeeratePerKw(2'500);
        fees.normal = FeeratePerKw(1'000);
        fees.mempool_min = feerate_floor;
    }

    std::uint8_t name;
    TestSigner signer;
    channel::Policy policy;
    wire::Features features;
    ports::FeeEstimates fees;
    BlockHeight height{100};
    bool chain_is_current = true;
    std::optional<channel::Channel> channel;
    std::deque<wire::Message> wire;  ///< Said, not heard yet.
    std::vector<channel::Fact> facts;

    channel::Context context() const {
        return {policy,   UnixTime(1'700'000'000), height,          fees, signer,
                features, wallet_script(name),     chain_is_current};
    }
    crypto::PublicKey node_id() const { return signer.key("node").public_key(); }

    void take(channel::Step&& step) {
        for (auto& message : step.send) wire.push_back(std::move(message));
        for (auto& fact : step.facts) facts.push_back(std::move(fact));
    }
    channel::StepResult hear(const wire::Message& message) {
        return channel::on_message(*channel, message, context());
    }
    void flush() { take(channel::flush(*channel, context()).value()); }
};

inline channel::OpenRequest usual_request(Sat funding = Sat(1'000'000),
                                          Msat push = Msat(400'000'000)) {
    channel::OpenRequest request;
    request.funding = funding;
    request.push_msat = push;
    request.commitment_feerate = FeeratePerKw(1'000);
    request.plan.output_index = 1;
    auto& tx = request.plan.spend.tx;
    tx.inputs.emplace_back();
    tx.inputs[0].previous.txid.raw().fill(9);
    tx.outputs = {{Sat(50'000), wallet_script(77)},
                  {funding, channel::funding_script_to_plan_with()}};
    return request;
}

class Pair {
public:
    Pair() = default;

    Half a{1};  ///< The funder.
    Half b{2};
    Half& other(const Half& half) { return &half == &a ? b : a; }

    /// Hands over the oldest message of `from`.
    void deliver(Half& from) {
        const wire::Message message = std::move(from.wire.front());
        from.wire.pop_front();
        Half& to = other(from);
        if (const auto* const open = std::get_if<wire::OpenChannel>(&message)) {
            channel::Step step;
            auto made = channel::accept_channel(*open, from.node_id(), {2, 2}, to.context(), step);
            if (!made) throw std::runtime_error(describe(made.error()));
            to.channel = *std::move(made);
            return to.take(std::move(step));
        }
        auto step = to.hear(message);
        if (!step)
            throw std::runtime_error(std::string(wire::name_of(message)) + ": " +
                                     describe(step.error()));
        to.take(*std::move(step));
    }
    /// Delivers and flushes until nobody has anything to say.
    void settle() {
        for (bool moved = true; moved;) {
            moved = false;
            for (Half* const half : {&a, &b}) {
                for (; !half->wire.empty(); moved = true) deliver(*half);
            }
            for (Half* const half : {&a, &b}) {
                if (half->channel) half->flush();
                moved = moved || !half->wire.empty();
            }
        }
    }

    void offer(const channel::OpenRequest& request = usual_request()) {
        channel::Step step;
        ChannelId temporary;
        temporary.raw().fill(0x11);
        a.channel =
            channel::open_channel(request, temporary, b.node_id(), {1, 1}, a.context(), step);
        a.take(std::move(step));
    }
    /// Both AwaitingConfirmation.
    void agree(const channel::OpenRequest& request = usual_request()) {
        offer(request);
        while (!a.wire.empty() || !b.wire.empty()) {
            if (!a.wire.empty()) deliver(a);
            if (!b.wire.empty()) deliver(b);
        }
    }
    /// The funding transaction is in a block; so many confirmations.
    void confirm(Half& half, std::uint32_t depth = 6) {
        half.height = BlockHeight(101 + depth - 1);
        channel::on_funding_confirmed(*half.channel, channel::Confirmation{BlockHeight(101), 3});
        half.take(channel::on_block(*half.channel, half.context()));
    }
    /// Both Normal.
    void open(const channel::OpenRequest& request = usual_request()) {
        agree(request);
        confirm(a);
        confirm(b);
        settle();
    }

    HtlcId add(Half& half, Msat amount, std::uint8_t n, std::uint32_t cltv = 500) {
        auto message =
            channel::add_htlc(*half.channel, amount, test_hash(n), BlockHeight(cltv), {});
        if (!message) throw std::runtime_error(describe(message.error()));
        half.wire.push_back(*message);
        return message->id;
    }
    void fulfill(Half& half, HtlcId id, std::uint8_t n) {
        half.wire.push_back(channel::fulfill_htlc(*half.channel, id, test_preimage(n)).value());
    }
    void wire_fail(Half& half, HtlcId id) {
        half.wire.push_back(channel::fail_htlc(*half.channel, id, Bytes{1, 2, 3}).value());
    }
    void cut() {
        for (Half* const half : {&a, &b}) {
            half->wire.clear();
            if (!channel::on_peer_down(*half->channel)) half->channel.reset();
        }
    }
    void reconnect() {
        for (Half* const half : {&a, &b}) {
            if (half->channel) half->take(channel::on_peer_up(*half->channel, half->context()));
        }
    }

    static const channel::Commitments& commitments(const Half& half) {
        return channel::funded_of(half.channel->state)->commitments;
    }
};

inline std::vector<channel::HtlcRow> rows_of(const channel::Channel& channel) {
    std::vector<channel::HtlcRow> rows;
    const auto* const funded = channel::funded_of(channel.state);
    if (funded == nullptr) return rows;
    for (const auto& entry : funded->commitments.htlcs()) {
        rows.push_back(channel::decode_htlc_row({}, channel::encode_htlc_row(entry)).value());
    }
    return rows;
}

}  // namespace runnel::test
