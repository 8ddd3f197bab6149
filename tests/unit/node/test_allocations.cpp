// A length prefix is a claim: whoever sends one of four gigabytes in fifty bytes must not make us
// reserve them. Every decoder of what comes from outside or from the disk is fed the fuzz corpora
// with prefixes that lie, at every place, and may allocate a bounded multiple of what it was given,
// all its allocations together, those that were given back included.
#include "tests/support/test_main.h"

#include "core/bitcoin/address.h"
#include "core/bitcoin/transaction.h"
#include "core/channel/store.h"
#include "core/crypto/hash.h"
#include "core/gossip/queries.h"
#include "core/node/handlers.h"
#include "core/onion/payload.h"
#include "core/payment/invoice.h"
#include "core/sim/memory_store.h"
#include "core/wire/address.h"
#include "core/wire/message.h"
#include "core/wire/tlv.h"

#include <QDir>
#include <QFile>

#include <cstdlib>
#include <new>

using namespace runnel;

namespace {

/// Of this thread, while it counts.
thread_local bool counting = false;
thread_local std::size_t allocated = 0;

void* allocate(std::size_t size) {
    if (counting) allocated += size;
    if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}

}  // namespace

// Of the whole executable. Not inlined: g++ would see malloc() meet delete, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) { return allocate(size); }
[[gnu::noinline]] void* operator new[](std::size_t size) { return allocate(size); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

template <typename F>
std::size_t allocations_of(F&& f) {
    allocated = 0;
    counting = true;
    f();
    counting = false;
    return allocated;
}

/// The most that is worth an alarm: an empty element of a list is one byte of input and some tens
/// of bytes of memory, and lists grow by doubling.
constexpr std::size_t per_byte = 128;
constexpr std::size_t besides = 16'384;

/// Prefixes of BOLT 1 (BigSize, u16) and of Bitcoin (CompactSize): much more than follows, up to
/// all that a number can say, and sums that overflow.
const std::vector<Bytes>& lies() {
    static const std::vector<Bytes> out{
        {0xff, 0xff},
        {0xfd, 0xff, 0xff},
        {0xfe, 0xff, 0xff, 0xff, 0xff},
        {0xfe, 0x00, 0x00, 0x00, 0x10},
        {0xfe, 0x10, 0x00, 0x00, 0x00},
        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
        {0xff, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00},
        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    };
    return out;
}

std::vector<Bytes> corpus(const char* name) {
    const QDir folder(test::tests_dir() + "/fuzz/corpus/" + name);
    std::vector<Bytes> out;
    for (const auto& file : folder.entryList(QDir::Files)) {
        QFile in(folder.filePath(file));
        if (!in.open(QIODevice::ReadOnly)) qFatal("cannot read a corpus");
        const auto bytes = in.readAll();
        out.emplace_back(bytes.begin(), bytes.end());
    }
    if (out.empty()) qFatal("no corpus %s", name);
    return out;
}

/// `input` and, place by place, with each lie in place of what is there and in front of it.
template <typename F>
void each_with_lies(const Bytes& input, F&& f) {
    f(input);
    constexpr std::size_t most_places = 200;
    const std::size_t step = input.size() / most_places + 1;
    for (std::size_t at = 0; at <= input.size(); at += step) {
        for (const auto& lie : lies()) {
            Bytes pushed = to_bytes(ByteView(input).first(at));
            append(pushed, lie);
            Bytes over = pushed;
            append(pushed, ByteView(input).subspan(at));
            append(over, ByteView(input).subspan(std::min(input.size(), at + lie.size())));
            f(pushed);
            f(over);
        }
    }
}

/// How far the worst of all inputs came, in percent of what is allowed.
struct Worst {
    std::size_t percent = 0;
    void take(std::size_t input, std::size_t bytes) {
        percent = std::max(percent, bytes * 100 / (besides + per_byte * input));
    }
};

template <typename Decode>
Worst worst_of(const std::vector<Bytes>& inputs, Decode decode) {
    Worst worst;
    for (const auto& input : inputs) {
        each_with_lies(input, [&](const Bytes& lying) {
            worst.take(lying.size(),
                       allocations_of([&] { static_cast<void>(decode(ByteView(lying))); }));
        });
    }
    return worst;
}

struct Record {
    ports::RecordKind kind{};
    Bytes key, value;
};

/// As tests/fuzz/fuzz_records.cpp writes them.
std::vector<Record> records() {
    std::vector<Record> out;
    for (const auto& input : corpus("records")) {
        Reader in(input);
        while (!in.at_end() && in.ok()) {
            Record record;
            record.kind = static_cast<ports::RecordKind>(in.u8());
            const std::size_t key = in.u8(), value = in.u16();
            record.key = to_bytes(in.bytes(key));
            record.value = to_bytes(in.bytes(value));
            if (in.ok()) out.push_back(std::move(record));
        }
    }
    return out;
}

void decode_alone(ports::RecordKind kind, const Bytes& key, ByteView value) {
    using ports::RecordKind;
    switch (kind) {
        case RecordKind::payment: static_cast<void>(node::decode_payment(value)); break;
        case RecordKind::invoice: static_cast<void>(node::decode_incoming(value)); break;
        case RecordKind::forward: static_cast<void>(node::decode_forward(value)); break;
        case RecordKind::command: static_cast<void>(node::decode_done(value)); break;
        case RecordKind::htlc_history:
            static_cast<void>(channel::decode_htlc_history(key, value));
            break;
        case RecordKind::htlc_onion: static_cast<void>(channel::decode_htlc_row(key, value)); break;
        case RecordKind::channel:
            static_cast<void>(channel::decode_channel(value, {}));
            static_cast<void>(channel::decode_journal_entry(value));
            break;
        default: break;
    }
}

/// The fields of an invoice (values of five bits) with a checksum and a signature around them, so
/// that they are reached.
std::string sealed(ByteView inside) {
    static const auto key =
        crypto::PrivateKey::from(secret32_from(Bytes(32, 0x41)).value()).value();
    bitcoin::Bech32 text;
    text.hrp = "lnbcrt20u";
    for (const auto byte : inside) text.values.push_back(byte & 31);
    const auto octets = bitcoin::convert_bits(text.values, 5, 8, true).value();
    const auto signature =
        crypto::sign_recoverable(key, crypto::sha256({bytes_of(text.hrp), octets}));
    auto bytes = to_bytes(signature.signature.view());
    bytes.push_back(static_cast<std::uint8_t>(signature.recovery_id));
    const auto values = bitcoin::convert_bits(bytes, 8, 5, true).value();
    text.values.insert(text.values.end(), values.begin(), values.end());
    return bitcoin::encode_bech32(text);
}

}  // namespace

#define WITHIN_BOUNDS(worst) \
    QVERIFY2((worst).percent <= 100, qPrintable(QString::number((worst).percent) + " %"))

class TestAllocations : public QObject {
    Q_OBJECT
private slots:
    /// The measure itself: it sees what a reservation takes, and that it is too much.
    void a_reservation_is_seen() {
        const auto believes = [](ByteView input) {
            Reader in(input);
            Bytes out;
            out.reserve(static_cast<std::size_t>(in.bigsize() & 0xffffff));
            return out;
        };
        QVERIFY(worst_of({Bytes(20, 1)}, believes).percent > 100);
        QVERIFY(allocations_of([] { static_cast<void>(std::vector<int>(1'000)); }) >= 4'000);
    }

    void messages() { WITHIN_BOUNDS(worst_of(corpus("wire"), wire::decode)); }

    void tlv_streams() {
        const auto read = [](ByteView input) { return wire::parse_tlv_stream(input); };
        WITHIN_BOUNDS(worst_of(corpus("tlv"), read));
    }

    void hop_payloads() {
        auto inputs = corpus("onion");
        for (auto& input : inputs) input.erase(input.begin());  // which decoder is meant
        WITHIN_BOUNDS(worst_of(inputs, onion::decode_forward_payload));
        WITHIN_BOUNDS(worst_of(inputs, onion::decode_final_payload));
    }

    void lists_in_gossip() {
        std::vector<Bytes> inputs{Bytes{0}};
        Bytes ids{0};
        append(ids, Bytes(80, 3));
        inputs.push_back(ids);
        WITHIN_BOUNDS(worst_of(inputs, gossip::decode_short_ids));
        WITHIN_BOUNDS(worst_of(inputs, gossip::decode_timestamps));
        WITHIN_BOUNDS(worst_of(inputs, gossip::decode_checksums));
        WITHIN_BOUNDS(worst_of(inputs, gossip::decode_query_flags));
        WITHIN_BOUNDS(worst_of(inputs, wire::parse_addresses));
    }

    void transactions_and_blocks() {
        WITHIN_BOUNDS(worst_of(corpus("transaction"), bitcoin::Transaction::parse));
        WITHIN_BOUNDS(worst_of(corpus("transaction"), bitcoin::Block::parse));
    }

    void invoices() {
        Worst worst;
        for (const auto& input : corpus("invoice")) {
            if (input.empty() || input[0] == 'l' || input[0] == 'L') {
                const std::string text(input.begin(), input.end());
                worst.take(text.size(), allocations_of([&] {
                               static_cast<void>(payment::decode_invoice(text, nullptr));
                           }));
                continue;
            }
            // Ten bits say how many groups of five follow.
            for (std::size_t at = 0; at + 2 <= input.size(); at += input.size() / 100 + 1) {
                for (const auto& [high, low] : {std::pair(31, 31), {16, 0}, {3, 7}}) {
                    Bytes lying = input;
                    lying[at] = static_cast<std::uint8_t>(high);
                    lying[at + 1] = static_cast<std::uint8_t>(low);
                    const auto text = sealed(lying);
                    worst.take(text.size(), allocations_of([&] {
                                   static_cast<void>(payment::decode_invoice(text, nullptr));
                               }));
                }
            }
        }
        WITHIN_BOUNDS(worst);
    }

    void stored_records() {
        for (const auto& record : records()) {
            const auto decode = [&](ByteView value) {
                decode_alone(record.kind, record.key, value);
                return 0;
            };
            WITHIN_BOUNDS(worst_of({record.value}, decode));
        }
    }

    /// All kinds, as a start reads them.
    void a_store_with_such_a_record() {
        for (const auto& record : records()) {
            Worst worst;
            each_with_lies(record.value, [&](const Bytes& value) {
                sim::DiskImage image;
                image.apply({ports::Put{record.kind, record.key, value}});
                const sim::MemoryStore store(image);
                node::State state;
                worst.take(record.key.size() + value.size(), allocations_of([&] {
                               static_cast<void>(node::load_state(state, store));
                           }));
            });
            WITHIN_BOUNDS(worst);
        }
    }
};

RUNNEL_TEST(TestAllocations)
#include "test_allocations.moc"
