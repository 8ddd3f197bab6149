// BOLT 8 under hostile bytes. The first byte chooses the test, the second how the rest is cut into
// pieces:
//   even first byte: 0 a responder, 2 an initiator is fed the rest as it is; however it is cut, the
//                    outcome must be the same;
//   odd first byte:  an established pair; the rest says which messages are sent and where the
//                    stream is changed. Exactly the messages before the change must arrive.
// The keys are those of the BOLT's test vectors, so that the corpus can hold handshakes that
// succeed.
#include "core/transport/connection.h"

#include <cstdlib>

namespace {

using namespace runnel;
using namespace runnel::transport;

crypto::PrivateKey key(std::uint8_t value) {
    Secret32 bytes;
    bytes.reveal().fill(value);
    return *crypto::PrivateKey::from(bytes);
}

const crypto::PrivateKey initiator_key = key(0x11);
const crypto::PrivateKey initiator_ephemeral = key(0x12);
const crypto::PrivateKey responder_key = key(0x21);
const crypto::PrivateKey responder_ephemeral = key(0x22);

void require(bool truth) {
    if (!truth) std::abort();
}

struct Outcome {
    std::vector<Bytes> messages;
    std::optional<TransportError> error;
    std::optional<TransportError> end;
    Bytes answer;
    bool operator==(const Outcome&) const = default;
};

Outcome run(Connection& connection, ByteView bytes, std::size_t piece) {
    Outcome out;
    do {
        const auto size = std::min(piece, bytes.size());
        auto received = connection.feed(bytes.first(size), out.answer);
        for (auto& message : received.messages) out.messages.push_back(std::move(message));
        require(received.error.has_value() == connection.has_failed());
        out.error = received.error;
        bytes = bytes.subspan(size);
    } while (!bytes.empty());
    out.end = connection.end_of_input();
    return out;
}

Connection fresh(bool initiator) {
    Bytes act_one;
    return initiator ? Connection::initiate(initiator_key, initiator_ephemeral,
                                            responder_key.public_key(), act_one)
                     : Connection::respond(responder_key, responder_ephemeral);
}

void raw(bool initiator, std::size_t piece, ByteView bytes) {
    auto whole = fresh(initiator);
    auto cut = fresh(initiator);
    require(run(whole, bytes, bytes.size() + 1) == run(cut, bytes, piece));
    require(whole.is_established() == cut.is_established());
}

void stream(std::size_t piece, ByteView bytes) {
    Bytes there;
    Bytes back;
    auto sender =
        Connection::initiate(initiator_key, initiator_ephemeral, responder_key.public_key(), there);
    auto receiver = Connection::respond(responder_key, responder_ephemeral);
    require(!receiver.feed(std::exchange(there, {}), back).error);
    require(!sender.feed(back, there).error);
    require(!receiver.feed(std::exchange(there, {}), back).error);

    // Two bytes a message: its length, and what happens to its packet.
    std::vector<Bytes> expected;
    Bytes on_the_wire;
    bool intact = true;
    for (Reader in(bytes); in.remaining() >= 2 && expected.size() < 1200;) {
        const Bytes message(std::size_t{in.u8()} * 3, static_cast<std::uint8_t>(in.remaining()));
        const auto fate = in.u8();
        Bytes packet;
        require(sender.encrypt(message, packet).has_value());
        require(packet.size() == message.size() + packet_overhead);
        if (fate >= 0xf0) {
            packet[fate * 7U % packet.size()] ^= static_cast<std::uint8_t>(fate - 0xef);
            intact = false;
        }
        if (intact) expected.push_back(message);
        append(on_the_wire, packet);
    }
    const auto out = run(receiver, on_the_wire, piece);
    require(out.messages == expected);
    require(out.error.has_value() != intact && out.end.has_value() != intact);
    require(out.answer.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::size_t piece = std::size_t{data[1]} + 1;
    const ByteView rest(data + 2, size - 2);
    if ((data[0] & 1) != 0) {
        stream(piece, rest);
    } else {
        raw((data[0] & 2) != 0, piece, rest);
    }
    return 0;
}
