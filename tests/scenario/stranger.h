// A wallet alone with a chain that the test makes (Host), and somebody who opens channels to it and
// names whatever he likes as their funding (Stranger): signed as it must be, by hand.
#pragma once

#include "tests/scenario/lone.h"

#include "core/bitcoin/script.h"
#include "core/channel/transactions.h"
#include "core/gossip/announcement.h"
#include "core/gossip/policy.h"
#include "core/peer/session.h"

namespace runnel::test {

using namespace runnel::literals;

inline bitcoin::OutPoint outpoint_of(std::uint32_t number, std::uint32_t index = 0) {
    Writer name;
    name.u32(number);
    return {Txid(crypto::sha256(name.view()).raw()), index};
}

inline ports::TxPtr paying(const bitcoin::OutPoint& from, std::vector<bitcoin::TxOut> outputs) {
    bitcoin::Transaction tx;
    tx.version = 2;
    tx.inputs = {bitcoin::TxIn{from, {}, 0xfffffffd, {}}};
    tx.outputs = std::move(outputs);
    return std::make_shared<const bitcoin::Transaction>(std::move(tx));
}

class Host : public Lone {
public:
    explicit Host(std::uint8_t which) : Lone(which), m_keys(parts_for(which).keys) {
        mine({});
        stand();
    }
    /// Goes on from a disk.
    Host(std::uint8_t which, sim::DiskImage disk, BlockHeight height)
        : Lone(which, std::move(disk)), m_keys(parts_for(which).keys), m_height(height) {
        stand();
    }
    /// The chain source says where it stands: so many blocks further than it has told.
    void stand(std::uint32_t ahead = 0) {
        ports::ChainStatus status;
        status.reachable = status.synced = status.relays_packages = true;
        status.tip = m_height + BlockDelta(ahead);
        take({ports::ChainEvent(status)});
    }
    void mine(const std::vector<ports::TxPtr>& txs) {
        const BlockHash previous = hash_at(m_height);
        m_height = m_height + BlockDelta(1);
        ports::BlockConnected block{
            m_height, hash_at(m_height), previous, UnixTime(1'750'000'000), {}};
        for (std::uint32_t i = 0; i < txs.size(); ++i) block.relevant.push_back({txs[i], i + 1});
        take({ports::ChainEvent(std::move(block))});
        stand();
    }
    /// A reorg removes the last block; nothing has its place yet.
    void unmine() {
        const ports::BlockDisconnected gone{m_height, hash_at(m_height)};
        m_height = BlockHeight(m_height.raw() - 1);
        take({ports::ChainEvent(gone)});
    }
    void see(const ports::TxPtr& tx) { take({ports::ChainEvent(ports::MempoolTx{tx})}); }
    bitcoin::Script script(std::uint32_t index) const {
        return m_keys->script_of({ports::AddressType::p2wpkh, false, index});
    }
    /// Confirmed coins; the outpoint of the last.
    bitcoin::OutPoint give(Sat amount, std::uint32_t coins) {
        bitcoin::OutPoint last;
        for (std::uint32_t i = 0; i < coins; ++i) {
            const auto tx = paying(outpoint_of(900'000 + m_given++), {{amount, script(0)}});
            mine({tx});
            last = {tx->txid(), 0};
        }
        return last;
    }
    template <typename M>
    std::vector<M> said() const {
        std::vector<M> out;
        for (const auto& effect : effects) {
            const auto* const send = std::get_if<ports::Send>(&effect);
            const auto* const message = send == nullptr ? nullptr : std::get_if<M>(&send->message);
            if (message != nullptr) out.push_back(*message);
        }
        return out;
    }
    std::vector<api::Problem> told() const {
        std::vector<api::Problem> out;
        for (const auto& trouble : notices<api::Trouble>()) out.push_back(trouble.problem);
        return out;
    }
    /// Of one kind, in the last turn.
    template <typename N>
    std::vector<N> notices() const {
        std::vector<N> out;
        for (const auto& effect : effects) {
            const auto* const tell = std::get_if<ports::Tell>(&effect);
            const auto* const notice = tell == nullptr ? nullptr : std::get_if<N>(&tell->notice);
            if (notice != nullptr) out.push_back(*notice);
        }
        return out;
    }
    std::string error() const {
        const auto errors = said<wire::Error>();
        return errors.empty() ? std::string()
                              : std::string(errors.front().data.begin(), errors.front().data.end());
    }
    const channel::Channel* channel(const ChannelId& id) const {
        const auto at = node->state().channels.find(id);
        return at == node->state().channels.end() ? nullptr : at->second.get();
    }
    std::size_t stored() const {
        const auto& channels = node->state().channels;
        return static_cast<std::size_t>(std::count_if(
            channels.begin(), channels.end(),
            [](const auto& entry) { return channel::is_stored(entry.second->state); }));
    }
    std::size_t on_disk() const {
        const auto at = disk().records.find(ports::RecordKind::channel);
        return at == disk().records.end() ? 0 : at->second.size();
    }
    BlockHeight height() const { return m_height; }

private:
    static BlockHash hash_at(BlockHeight height) {
        Writer name;
        name.u32(height.raw()).u8(1);
        return BlockHash(crypto::sha256(name.view()).raw());
    }
    std::shared_ptr<const ports::KeyRing> m_keys;
    BlockHeight m_height{100};
    std::uint32_t m_given = 0;
};

class Stranger {
public:
    Stranger(Host& host, std::uint8_t which) : m_host(&host), m_parts(parts_for(which)) {
        host.take({node::PeerUp{id(), peer::our_features(), features(), "", 0}});
    }
    const crypto::PublicKey& id() const { return m_parts.keys->node_id(); }
    void says(wire::Message message) {
        m_unsaid.push_back(node::PeerMessage{id(), std::move(message)});
        if (!m_hurries) m_host->take(std::exchange(m_unsaid, {}));
    }
    /// What it says until then is heard in one turn.
    template <typename F>
    void says_at_once(F&& what) {
        m_hurries = true;
        what();
        m_hurries = false;
        m_host->take(std::exchange(m_unsaid, {}));
    }

    /// Cuts the connection and is there again, without a word yet.
    void reconnects() {
        m_host->take({node::PeerDown{id(), "cut"}});
        m_host->take({node::PeerUp{id(), peer::our_features(), features(), "", 0}});
    }
    /// Its policy for a channel, signed: fees of `base` msat, as of so many seconds.
    void tells_policy(ShortChannelId name, std::uint32_t base, std::uint32_t timestamp) {
        gossip::UpdateSubject subject;
        subject.chain_hash = params_of(m_parts.config.network).chain_hash;
        subject.short_channel_id = name;
        subject.our_node_id = id();
        subject.their_node_id = m_host->node->keys().node_id();
        gossip::ForwardingPolicy policy;
        policy.cltv_expiry_delta = 40;
        policy.htlc_maximum_msat = 100'000'000_msat;
        policy.fee_base_msat = base;
        auto update = gossip::unsigned_update(subject, policy, timestamp);
        update.signature = m_parts.keys->sign_node(gossip::signature_hash(update));
        says(update);
    }

    /// Sends open_channel; did the wallet accept?
    bool offers(Sat funding, Msat push = 0_msat) {
        m_keys = ports::ChannelKeyId{++m_openings, static_cast<std::uint32_t>(m_openings)};
        channel::OpenRequest request;
        request.funding = funding;
        request.push_msat = push;
        request.commitment_feerate = feerate_floor;
        request.plan.spend.tx =
            *paying(outpoint_of(1), {{funding, channel::funding_script_to_plan_with()}});
        const auto signer = m_parts.keys->channel(m_keys);
        channel::Step step;
        m_channel =
            channel::open_channel(request, temporary_id(), id(), m_keys, context(*signer), step);
        m_open = step.send.front();
        says(*m_open);
        const auto accepts = m_host->said<wire::AcceptChannel>();
        if (accepts.empty()) return false;
        const auto taken = channel::on_message(*m_channel, accepts.front(), context(*signer));
        return bool(taken);
    }
    /// The transaction that pays for the channel accepted last.
    ports::TxPtr payment() const {
        const auto& params = opening().params;
        return paying(
            outpoint_of(500'000 +
                        static_cast<std::uint32_t>(m_parts.keys->node_id().view()[5]) * 100 +
                        static_cast<std::uint32_t>(m_openings)),
            {{params.funding_satoshis,
              bitcoin::p2wsh(channel::funding_script(params.our_keys.funding_pubkey,
                                                     params.their_keys.funding_pubkey))}});
    }
    /// Sends funding_created that names `funding`; the channel's id would be this.
    ChannelId names(const bitcoin::OutPoint& funding) {
        wire::FundingCreated created;
        created.temporary_channel_id = temporary_id();
        created.funding_txid = funding.txid;
        created.funding_output_index = static_cast<std::uint16_t>(funding.index);
        created.signature = sign(funding, CommitmentNumber(0), opening().their_first_point);
        says(created);
        return channel::channel_id_of(funding);
    }

    /// commitment_signed for a commitment that differs from its first one by its number alone.
    void signs_again(const bitcoin::OutPoint& funding, CommitmentNumber number,
                     const crypto::PublicKey& point) {
        wire::CommitmentSigned message;
        message.channel_id = channel::channel_id_of(funding);
        message.signature = sign(funding, number, point);
        says(message);
    }
    /// channel_reestablish by one that was sent so many revocations, the last of them this.
    void reestablishes(const ChannelId& id, const wire::RevokeAndAck* revoked = nullptr,
                       CommitmentNumber revocations = CommitmentNumber(0)) {
        wire::ChannelReestablish message;
        message.channel_id = id;
        message.next_commitment_number = CommitmentNumber(1);
        message.next_revocation_number = revocations;
        if (revoked != nullptr)
            message.your_last_per_commitment_secret = revoked->per_commitment_secret;
        message.my_current_per_commitment_point = this->id();
        says(message);
    }

    /// open_channel once more, word for word.
    void offers_again() { says(*m_open); }

    ChannelId temporary_id() const {
        ChannelId temporary(crypto::sha256(id().view()).raw());
        temporary.raw()[0] = static_cast<std::uint8_t>(m_openings);
        return temporary;
    }

private:
    static wire::Features features() {
        wire::Features out;
        const auto ours = peer::our_features();
        for (std::uint16_t bit = 0; bit < 128; bit = static_cast<std::uint16_t>(bit + 2)) {
            if (ours.has(static_cast<wire::Feature>(bit)))
                out.offer(static_cast<wire::Feature>(bit));
        }
        return out;
    }
    channel::Context context(const ports::ChannelSigner& signer) const {
        return {m_parts.config.channels,
                UnixTime(1'750'000'000),
                m_host->height(),
                {},
                signer,
                features(),
                {},
                true};
    }
    const channel::AwaitingFundingSigned& opening() const {
        return std::get<channel::AwaitingFundingSigned>(m_channel->state);
    }
    /// Its signature on the wallet's commitment of this number.
    crypto::Signature sign(const bitcoin::OutPoint& funding, CommitmentNumber number,
                           const crypto::PublicKey& point) const {
        const auto& state = opening();
        auto params = state.params;
        params.funding = funding;
        channel::CommitmentSpec spec;
        spec.feerate_per_kw = state.feerate;
        spec.to_ours = params.funding_satoshis.msat() - state.push_msat;
        spec.to_theirs = state.push_msat;
        ports::RemoteCommitmentRequest request;
        request.per_commitment_point = point;
        request.commitment =
            channel::build_commitment(params, channel::Party::theirs, number, point, spec).tx;
        request.their_funding_pubkey = params.their_keys.funding_pubkey;
        request.funding_amount = params.funding_satoshis;
        const auto signer = m_parts.keys->channel(m_keys);
        const auto signature = signer->sign_remote_commitment(ports::SignerGuard{}, request);
        if (!signature) qFatal("the stranger cannot sign");
        return signature->value.signature;
    }

    Host* m_host;
    sim::Parts m_parts;
    ports::ChannelKeyId m_keys;
    std::optional<channel::Channel> m_channel;
    std::optional<wire::Message> m_open;  ///< The last open_channel.
    std::uint64_t m_openings = 0;
    bool m_hurries = false;
    std::vector<node::Event> m_unsaid;
};

}  // namespace runnel::test
