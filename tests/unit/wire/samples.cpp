#include "tests/unit/wire/samples.h"

#include <array>

namespace runnel::test {

using namespace wire;

crypto::PublicKey point(int n) {
    static constexpr std::array<std::string_view, 6> multiples{
        "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
        "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5",
        "02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9",
        "02e493dbf1c10d80f3581e4904930b1404cc6c13900ee0758474fa94abe8c4cd13",
        "022f8bde4d1a07209355b4a7250a5c5128e88b84bddc619ab7cba8d569b240efe4",
        "03fff97bd5755eeea420453a14355235d382f6472f8568a18b2f057a1460297556",
    };
    return crypto::PublicKey::parse_hex(multiples.at(static_cast<std::size_t>(n - 1))).value();
}

namespace {

Secret32 secret(std::uint8_t first) { return Secret32(counting<Hash256>(first).raw()); }

OnionPacket onion() {
    OnionPacket::Array bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7);
    return OnionPacket(bytes);
}

AttributionData attribution() {
    AttributionData out;
    out.htlc_hold_times.fill(3);
    out.truncated_hmacs.fill(0xc4);
    return out;
}

void add_base(std::vector<Message>& out) {
    Init init;
    init.globalfeatures.set_bit(9);
    init.features = Features::demanding({Feature::static_remotekey, Feature::channel_type});
    out.emplace_back(init);
    init.networks = {counting<ChainHash>(1), counting<ChainHash>(50)};
    init.remote_addr = Bytes{1, 127, 0, 0, 1, 0x26, 0x07};
    out.emplace_back(init);
    out.emplace_back(Error{counting<ChannelId>(3), to_bytes(bytes_of("broken"))});
    out.emplace_back(Error{});
    out.emplace_back(Warning{counting<ChannelId>(4), to_bytes(bytes_of("odd"))});
    out.emplace_back(Ping{17, Bytes(5, 0)});
    out.emplace_back(Pong{Bytes(17, 0)});
    out.emplace_back(OnionMessage{point(2), Bytes(66, 0xab)});
    out.emplace_back(PeerStorage{Bytes(40, 0xcd)});
    out.emplace_back(PeerStorageRetrieval{Bytes(41, 0xce)});
    out.emplace_back(UnknownOdd{32769});
}

void add_open(std::vector<Message>& out) {
    OpenChannel open{counting<ChainHash>(1),
                     counting<ChannelId>(2),
                     Sat(200'000),
                     Msat(5'000),
                     Sat(354),
                     Msat(100'000'000),
                     Sat(2'000),
                     Msat(1),
                     FeeratePerKw(253),
                     1008,
                     483,
                     point(1),
                     point(2),
                     point(3),
                     point(4),
                     point(5),
                     point(6),
                     announce_channel,
                     std::nullopt,
                     std::nullopt};
    out.emplace_back(open);
    open.upfront_shutdown_script = bitcoin::Script{};
    open.channel_type = Features::demanding({Feature::static_remotekey, Feature::anchors});
    out.emplace_back(open);

    AcceptChannel accept{counting<ChannelId>(2),
                         Sat(546),
                         Msat(90'000'000),
                         Sat(2'100),
                         Msat(2),
                         3,
                         720,
                         30,
                         point(6),
                         point(5),
                         point(4),
                         point(3),
                         point(2),
                         point(1),
                         std::nullopt,
                         std::nullopt};
    out.emplace_back(accept);
    accept.upfront_shutdown_script = bitcoin::Script(22, 0x51);
    accept.channel_type = open.channel_type;
    out.emplace_back(accept);

    out.emplace_back(FundingCreated{counting<ChannelId>(2), counting<Txid>(9), 1,
                                    counting<crypto::Signature>(10)});
    out.emplace_back(FundingSigned{counting<ChannelId>(5), counting<crypto::Signature>(11)});
    ChannelReady ready{counting<ChannelId>(5), point(3), std::nullopt};
    out.emplace_back(ready);
    ready.short_channel_id = ShortChannelId::make(539'268, 845, 1);
    out.emplace_back(ready);
    out.emplace_back(Shutdown{counting<ChannelId>(5), bitcoin::Script(34, 0x20)});
    ClosingSigned closing{counting<ChannelId>(5), Sat(1'234), counting<crypto::Signature>(12),
                          std::nullopt};
    out.emplace_back(closing);
    closing.fee_range = FeeRange{Sat(200), Sat(9'999)};
    out.emplace_back(closing);
}

void add_operation(std::vector<Message>& out) {
    const auto channel = counting<ChannelId>(5);
    UpdateAddHtlc add{
        channel, HtlcId(7),   Msat(50'000'000), counting<PaymentHash>(60), BlockHeight(800'123),
        onion(), std::nullopt};
    out.emplace_back(add);
    add.blinded_path = point(4);
    out.emplace_back(add);
    UpdateFulfillHtlc fulfill{channel, HtlcId(7), counting<Preimage>(61), std::nullopt};
    out.emplace_back(fulfill);
    fulfill.attribution_data = attribution();
    out.emplace_back(fulfill);
    UpdateFailHtlc failed{channel, HtlcId(8), Bytes(292, 0x33), std::nullopt};
    out.emplace_back(failed);
    failed.attribution_data = attribution();
    out.emplace_back(failed);
    out.emplace_back(UpdateFailMalformedHtlc{channel, HtlcId(9), counting<Hash256>(62), 0xc005});
    CommitmentSigned signed_{channel, counting<crypto::Signature>(13), {}, std::nullopt};
    out.emplace_back(signed_);
    signed_.htlc_signature = {counting<crypto::Signature>(14), counting<crypto::Signature>(15)};
    signed_.funding_txid = counting<Txid>(16);
    out.emplace_back(signed_);
    out.emplace_back(RevokeAndAck{channel, secret(17), point(5)});
    out.emplace_back(UpdateFee{channel, FeeratePerKw(2'500)});
    out.emplace_back(ChannelReestablish{channel, CommitmentNumber(12), CommitmentNumber(11),
                                        secret(18), point(6)});
}

void add_gossip(std::vector<Message>& out) {
    const auto chain = counting<ChainHash>(1);
    const auto scid = *ShortChannelId::make(539'268, 845, 1);
    const auto signature = [](std::uint8_t n) { return counting<crypto::Signature>(n); };
    out.emplace_back(
        AnnouncementSignatures{counting<ChannelId>(5), scid, signature(20), signature(21)});
    ChannelAnnouncement channel{signature(1), signature(2), signature(3), signature(4),
                                {},           chain,        scid,         point(1),
                                point(2),     point(3),     point(4),     {}};
    out.emplace_back(channel);
    channel.features = {0, 2};
    channel.extension = {0xff, 0xee};
    out.emplace_back(channel);
    NodeAnnouncement node;
    node.signature = signature(30);
    node.features = {0x80};
    node.timestamp = 1'700'000'000;
    node.node_id = point(1);
    node.rgb_color = {1, 2, 3};
    node.alias[0] = 'R';
    node.addresses = {1, 127, 0, 0, 1, 0x26, 0x07};
    out.emplace_back(node);
    out.emplace_back(ChannelUpdate{signature(31),
                                   chain,
                                   scid,
                                   1'700'000'001,
                                   1,
                                   2,
                                   144,
                                   Msat(1'000),
                                   1'000,
                                   100,
                                   Msat(99'000'000),
                                   {}});
    QueryShortChannelIds ids{chain, Bytes(9, 0), std::nullopt};
    out.emplace_back(ids);
    ids.query_flags = Bytes{0, 1};
    out.emplace_back(ids);
    out.emplace_back(ReplyShortChannelIdsEnd{chain, 1});
    QueryChannelRange query{chain, 100, 2'000, std::nullopt};
    out.emplace_back(query);
    query.query_option = QueryOption{3};
    out.emplace_back(query);
    ReplyChannelRange reply{chain, 100, 2'000, 1, Bytes(9, 0), std::nullopt, std::nullopt};
    out.emplace_back(reply);
    reply.timestamps_tlv = Bytes(9, 0);
    reply.checksums_tlv = Bytes(8, 1);
    out.emplace_back(reply);
    out.emplace_back(GossipTimestampFilter{chain, 0xffffffff, 0});
}

}  // namespace

std::vector<Message> sample_messages() {
    std::vector<Message> out;
    add_base(out);
    add_open(out);
    add_operation(out);
    add_gossip(out);
    return out;
}

}  // namespace runnel::test
