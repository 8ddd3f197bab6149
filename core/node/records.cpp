// Between the node's values and the store's bytes. Every record begins with a version byte.
#include "core/channel/codec.h"
#include "core/channel/store.h"
#include "core/node/handlers.h"
#include "core/node/records_load.h"

#include <algorithm>

namespace runnel::node {

namespace {

using channel::decode_bool;
using channel::decode_bytes;
using channel::decode_optional;
using channel::decode_outpoint;
using channel::decode_sat;
using channel::decode_transaction;
using channel::encode;
using channel::encode_bytes;
using channel::encode_optional;
using ports::RecordKind;

constexpr std::uint8_t version = 1;

Writer versioned() {
    Writer out;
    out.u8(version);
    return out;
}

Reader versioned(ByteView value) {
    Reader in(value);
    if (in.u8() != version) in.fail(DecodeError::unsupported);
    return in;
}

Bytes outpoint_key(const bitcoin::OutPoint& outpoint) {
    Writer out;
    encode(out, outpoint);
    return out.take();
}

Bytes encode_coin(const ports::Coin& coin) {
    Writer out = versioned();
    encode(out, coin.output.value);
    encode_bytes(out, coin.output.script);
    out.u8(static_cast<std::uint8_t>(coin.path.type));
    encode(out, coin.path.change);
    out.u32(coin.path.index);
    encode_optional(out, coin.confirmed, [](Writer& w, BlockHeight h) { w.u32(h.raw()); });
    encode(out, coin.ours);
    encode(out, coin.coinbase);
    return out.take();
}

Result<ports::Coin, DecodeError> decode_coin(ByteView key, ByteView value) {
    Reader name(key);
    ports::Coin coin;
    coin.outpoint = decode_outpoint(name);
    name.expect_end();
    Reader in = versioned(value);
    coin.output.value = decode_sat(in);
    coin.output.script = decode_bytes(in);
    const std::uint8_t type = in.u8();
    if (type > 1) in.fail(DecodeError::bad_value);
    coin.path.type = static_cast<ports::AddressType>(type);
    coin.path.change = decode_bool(in);
    coin.path.index = in.u32();
    coin.confirmed = decode_optional(in, [](Reader& r) { return BlockHeight(r.u32()); });
    coin.ours = decode_bool(in);
    coin.coinbase = decode_bool(in);
    in.expect_end();
    if (const auto error = name.error()) in.fail(*error);
    return in.finish(std::move(coin));
}

Bytes encode_wallet_tx(const WalletTx& tx) {
    Writer out = versioned();
    encode(out, *tx.tx);
    out.u64(tx.sequence).u64(static_cast<std::uint64_t>(tx.net_sat));
    encode_optional(out, tx.fee, [](Writer& w, Sat s) { encode(w, s); });
    encode_optional(out, tx.height, [](Writer& w, BlockHeight h) { w.u32(h.raw()); });
    out.u64(static_cast<std::uint64_t>(tx.first_seen.raw()));
    encode_bytes(out, bytes_of(tx.purpose));
    encode(out, tx.ours);
    return out.take();
}

Result<WalletTx, DecodeError> decode_wallet_tx(ByteView value) {
    Reader in = versioned(value);
    WalletTx tx;
    tx.tx = std::make_shared<const bitcoin::Transaction>(decode_transaction(in));
    tx.sequence = in.u64();
    tx.net_sat = static_cast<std::int64_t>(in.u64());
    tx.fee = decode_optional(in, decode_sat);
    tx.height = decode_optional(in, [](Reader& r) { return BlockHeight(r.u32()); });
    tx.first_seen = UnixTime(static_cast<std::int64_t>(in.u64()));
    const Bytes purpose = decode_bytes(in);
    tx.purpose.assign(purpose.begin(), purpose.end());
    tx.ours = decode_bool(in);
    in.expect_end();
    return in.finish(std::move(tx));
}

Bytes encode_peer(const Peer& peer) {
    Writer out = versioned();
    encode_bytes(out, bytes_of(peer.host));
    out.u16(peer.port);
    encode_bytes(out, peer.features.to_wire());
    return out.take();
}

Result<Peer, DecodeError> decode_peer(ByteView value) {
    Reader in = versioned(value);
    Peer peer;
    const Bytes host = decode_bytes(in);
    peer.host.assign(host.begin(), host.end());
    peer.port = in.u16();
    peer.features = wire::Features::from_wire(decode_bytes(in));
    in.expect_end();
    return in.finish(std::move(peer));
}

/// Version 2 ends with rescan_from.
constexpr std::uint8_t wallet_version = 2;

Bytes encode_wallet(const WalletCounters& wallet, const ChainTip& tip) {
    Writer out;
    out.u8(wallet_version);
    out.u32(wallet.receive_p2wpkh)
        .u32(wallet.change_p2wpkh)
        .u32(wallet.receive_p2tr)
        .u32(wallet.change_p2tr);
    out.u64(wallet.next_channel)
        .u64(wallet.next_sequence)
        .u64(wallet.next_tx_sequence)
        .u32(wallet.birth.raw());
    encode(out, tip.known);
    out.u32(tip.height.raw()).fixed(tip.hash);
    encode_optional(out, wallet.rescan_from, [](Writer& w, BlockHeight h) { w.u32(h.raw()); });
    return out.take();
}

Result<std::pair<WalletCounters, ChainTip>, DecodeError> decode_wallet(ByteView value) {
    Reader in(value);
    const std::uint8_t stored = in.u8();
    if (stored == 0 || stored > wallet_version) in.fail(DecodeError::unsupported);
    WalletCounters wallet;
    wallet.receive_p2wpkh = in.u32();
    wallet.change_p2wpkh = in.u32();
    wallet.receive_p2tr = in.u32();
    wallet.change_p2tr = in.u32();
    wallet.next_channel = in.u64();
    wallet.next_sequence = in.u64();
    wallet.next_tx_sequence = in.u64();
    wallet.birth = BlockHeight(in.u32());
    ChainTip tip;
    tip.known = decode_bool(in);
    tip.height = BlockHeight(in.u32());
    in.fixed(tip.hash);
    if (stored >= 2)
        wallet.rescan_from = decode_optional(in, [](Reader& r) { return BlockHeight(r.u32()); });
    in.expect_end();
    return in.finish(std::pair(wallet, tip));
}

Bytes height_key(std::uint64_t height) {
    Writer out;
    out.u32(static_cast<std::uint32_t>(height));
    return out.take();
}

Bytes forward_key(const HtlcRef& incoming) {
    Writer out;
    out.fixed(incoming.channel).u64(incoming.id.raw());
    return out.take();
}

template <typename K, typename V, typename Key, typename Value>
void put_map(const Overlay<K, V>& map, RecordKind kind, ports::Records& out, Key key_of,
             Value value_of) {
    for (const auto& [key, value] : map.changes()) {
        if (value) {
            out.push_back(ports::Put{kind, key_of(key), value_of(*value)});
        } else if (map.before(key) != nullptr) {
            out.push_back(ports::Erase{kind, key_of(key)});
        }
    }
}

template <typename Id>
Bytes id_key(const Id& id) {
    return to_bytes(id.view());
}

/// The wallet's row is always the first of a store: its absence means a new wallet.
const Bytes wallet_key{0};

}  // namespace

ports::Records records_of(const Draft& draft) {
    ports::Records out = draft.records;
    for (const auto& [id, after] : draft.channels.changes()) {
        const ChannelPtr* const before = draft.channels.before(id);
        if (after) {
            // A turn may take a copy and change nothing that is stored (a link that went up or
            // down).
            if (before != nullptr && channel::is_stored((*before)->state) &&
                channel::is_stored((*after)->state) &&
                channel::is_stored_alike(**before, **after)) {
                continue;
            }
            channel::put_changes(before == nullptr ? nullptr : before->get(), **after, out);
        } else if (before != nullptr) {
            channel::put_forgotten(**before, out);
        }
    }
    for (const auto& [key, after] : draft.peers.changes()) {
        const Peer* const before = draft.peers.before(key);
        if (!after) {
            if (before != nullptr && !before->host.empty())
                out.push_back(ports::Erase{RecordKind::peer, to_bytes(key.view())});
            continue;
        }
        // Whom we have never reached by an address of our own need not be remembered: or every
        // caller could make us write.
        if (after->host.empty()) continue;
        Bytes value = encode_peer(*after);
        if (before != nullptr && encode_peer(*before) == value) continue;
        out.push_back(ports::Put{RecordKind::peer, to_bytes(key.view()), std::move(value)});
    }
    put_map(draft.coins, RecordKind::coin, out, outpoint_key, encode_coin);
    put_map(draft.transactions, RecordKind::transaction, out, id_key<Txid>, encode_wallet_tx);
    put_map(draft.payments, RecordKind::payment, out, id_key<PaymentHash>,
            [](const PaymentPtr& p) { return encode_payment(*p); });
    put_map(draft.incoming, RecordKind::invoice, out, id_key<PaymentHash>,
            [](const IncomingPtr& p) { return encode_incoming(*p); });
    put_map(draft.forwards, RecordKind::forward, out, forward_key, encode_forward);
    put_map(draft.done, RecordKind::command, out, id_key<api::CommandId>, encode_done);
    put_map(draft.blocks, RecordKind::chain_tip, out, height_key,
            [](const BlockHash& hash) { return to_bytes(hash.view()); });
    if (!(draft.wallet == draft.base.wallet) || !(draft.tip == draft.base.tip)) {
        out.push_back(
            ports::Put{RecordKind::wallet, wallet_key, encode_wallet(draft.wallet, draft.tip)});
    }
    return out;
}

Result<void, LoadError> load_state(State& state, const ports::RecordReader& store) {
    if (const auto row = store.get(RecordKind::wallet, wallet_key)) {
        auto wallet = decode_wallet(*row);
        if (!wallet) return fail(LoadError{"wallet", std::string(to_string(wallet.error()))});
        state.wallet = wallet->first;
        state.tip = wallet->second;
    }
    RUNNEL_CHECK(load_each(store, RecordKind::chain_tip, "block",
                           [&](ByteView key, ByteView value) -> std::optional<DecodeError> {
                               Reader in(key);
                               const std::uint32_t height = in.u32();
                               const auto hash = BlockHash::from(value);
                               if (!in.ok() || !in.at_end() || !hash) return DecodeError::bad_value;
                               state.blocks[height] = *hash;
                               return std::nullopt;
                           }));
    RUNNEL_CHECK(load_each(store, RecordKind::coin, "coin",
                           [&](ByteView key, ByteView value) -> std::optional<DecodeError> {
                               auto coin = decode_coin(key, value);
                               if (!coin) return coin.error();
                               state.coins[coin->outpoint] = *coin;
                               return std::nullopt;
                           }));
    RUNNEL_CHECK(load_each(store, RecordKind::transaction, "transaction",
                           [&](ByteView key, ByteView value) -> std::optional<DecodeError> {
                               const auto txid = Txid::from(key);
                               auto tx = decode_wallet_tx(value);
                               if (!txid) return DecodeError::bad_value;
                               if (!tx) return tx.error();
                               state.transactions[*txid] = *std::move(tx);
                               return std::nullopt;
                           }));
    RUNNEL_CHECK(load_each(store, RecordKind::peer, "peer",
                           [&](ByteView key, ByteView value) -> std::optional<DecodeError> {
                               auto node_id = crypto::PublicKey::parse(key);
                               auto peer = decode_peer(value);
                               if (!node_id) return node_id.error();
                               if (!peer) return peer.error();
                               state.peers[*node_id] = *std::move(peer);
                               return std::nullopt;
                           }));
    RUNNEL_CHECK(load_channels(state, store));
    RUNNEL_CHECK(load_each(
        store, RecordKind::payment, "payment",
        [&](ByteView, ByteView value) -> std::optional<DecodeError> {
            auto payment = decode_payment(value);
            if (!payment) return payment.error();
            payment->after_restart = true;
            // It waited for room when the process ended, and nothing of it ever left: not paid, and
            // free to be paid again.
            const bool left =
                std::any_of(payment->parts.begin(), payment->parts.end(),
                            [](const Part& part) { return part.state == Part::State::in_flight; });
            if (!left && std::holds_alternative<PaymentPending>(payment->status)) {
                payment->status = PaymentLost{
                    api::Problem{api::ProblemKind::timed_out, {{"what", "interrupted"}}},
                    payment->created};
            }
            const auto hash = payment->payment_hash;
            state.payments[hash] = std::make_shared<const OutgoingPayment>(*std::move(payment));
            return std::nullopt;
        }));
    RUNNEL_CHECK(load_each(store, RecordKind::invoice, "invoice",
                           [&](ByteView, ByteView value) -> std::optional<DecodeError> {
                               auto incoming = decode_incoming(value);
                               if (!incoming) return incoming.error();
                               const auto hash = incoming->payment_hash;
                               state.incoming[hash] =
                                   std::make_shared<const IncomingPayment>(*std::move(incoming));
                               return std::nullopt;
                           }));
    RUNNEL_CHECK(load_each(store, RecordKind::forward, "forward",
                           [&](ByteView, ByteView value) -> std::optional<DecodeError> {
                               auto forward = decode_forward(value);
                               if (!forward) return forward.error();
                               if (forward->outgoing != HtlcRef{})
                                   state.forwards_by_outgoing[forward->outgoing] =
                                       forward->incoming;
                               state.forwards[forward->incoming] = *forward;
                               return std::nullopt;
                           }));
    RUNNEL_CHECK(load_each(store, RecordKind::command, "command",
                           [&](ByteView key, ByteView value) -> std::optional<DecodeError> {
                               const auto id = api::CommandId::from(key);
                               auto done = decode_done(value);
                               if (!id) return DecodeError::bad_value;
                               if (!done) return done.error();
                               state.done.insert_or_assign(*id, *std::move(done));
                               return std::nullopt;
                           }));
    for (const auto& [hash, payment] : state.payments)
        state.payments_in_order.put(payment->sequence, PaymentKey{hash, true});
    for (const auto& [hash, incoming] : state.incoming)
        state.payments_in_order.put(incoming->sequence, PaymentKey{hash, false});
    for (const auto& [txid, tx] : state.transactions)
        state.transactions_in_order.put(tx.sequence, txid);
    return {};
}

}  // namespace runnel::node
