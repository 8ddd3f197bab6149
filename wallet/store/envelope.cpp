#include "wallet/store/envelope.h"

#include "core/base/codec.h"
#include "core/crypto/hash.h"
#include "wallet/store/files.h"

#include <sodium.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace runnel::store {
namespace {

constexpr std::string_view magic = "RNLSTKEY";
constexpr std::uint16_t version = 1;
constexpr std::uint8_t argon2id_13 = 1;
constexpr std::size_t salt_size = crypto_pwhash_SALTBYTES;
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t sealed_size = 32 + crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t header_size = 8 + 2 + 1 + 8 + 8 + 8 + salt_size + nonce_size;
constexpr std::size_t file_size = header_size + sealed_size + 32;

// A file that asks for more than this was not written by us: it shall not make us swallow all
// memory or run for hours. Nor for less than Argon2id can be asked for, which would look like a
// lack of memory.
constexpr std::uint64_t least_memory = crypto_pwhash_argon2id_MEMLIMIT_MIN;
constexpr std::uint64_t most_memory = std::uint64_t{4} << 30;
constexpr std::uint64_t most_operations = 1000;
/// Bytes times passes: as many passes as we ever choose over as much memory as we choose, a minute
/// or two.
constexpr std::uint64_t most_work = most_operations * (std::uint64_t{128} << 20);

bool can_be_paid(const Cost& cost) {
    return cost.operations >= 1 && cost.operations <= most_operations &&
           cost.memory_bytes >= least_memory && cost.memory_bytes <= most_memory &&
           cost.operations * cost.memory_bytes <= most_work;
}

void start_sodium() {
    if (sodium_init() < 0) std::abort();
}

std::optional<Secret32> stretch(ByteView passphrase, ByteView salt, const Cost& cost) {
    Secret32 out;
    const char* text = passphrase.empty() ? "" : reinterpret_cast<const char*>(passphrase.data());
    const int done = crypto_pwhash(out.reveal().data(), 32, text, passphrase.size(), salt.data(),
                                   cost.operations, static_cast<std::size_t>(cost.memory_bytes),
                                   crypto_pwhash_ALG_ARGON2ID13);
    if (done != 0) return std::nullopt;
    return out;
}

}  // namespace

struct Envelope::Copy {
    Bytes file;
    Cost cost;
    std::uint64_t generation = 0;
    ByteView header, salt, nonce,
        sealed;  ///< Into `file`; moving a Copy leaves its bytes where they are.

    Copy() = default;
    Copy(Copy&&) = default;
    Copy& operator=(Copy&&) = default;
    static Result<Copy, StoreError> parse(Bytes bytes);
};

Result<Envelope::Copy, StoreError> Envelope::Copy::parse(Bytes bytes) {
    Copy out;
    out.file = std::move(bytes);
    Reader in(out.file);
    const auto found_magic = in.bytes(magic.size());
    const auto found_version = in.u16();
    if (!in.ok() || !std::ranges::equal(found_magic, bytes_of(magic)))
        return fail(EnvelopeDamaged{});
    if (found_version > version) {
        // One flipped bit looks like a later version too. What is whole but for its version is
        // ours, and damaged.
        Bytes ours = out.file;
        ours[magic.size()] = static_cast<std::uint8_t>(version >> 8);
        ours[magic.size() + 1] = static_cast<std::uint8_t>(version);
        if (ours.size() == file_size) {
            const auto hash = crypto::sha256(ByteView(ours).first(file_size - 32));
            if (std::ranges::equal(hash.view(), ByteView(ours).last(32)))
                return fail(EnvelopeDamaged{});
        }
        return fail(NewerVersion{found_version, version});
    }
    const auto algorithm = in.u8();
    out.cost.operations = in.u64();
    out.cost.memory_bytes = in.u64();
    out.generation = in.u64();
    out.salt = in.bytes(salt_size);
    out.nonce = in.bytes(nonce_size);
    out.sealed = in.bytes(sealed_size);
    const auto hash = in.bytes(32);
    in.expect_end();
    if (!in.ok() || algorithm != argon2id_13) return fail(EnvelopeDamaged{});
    out.header = ByteView(out.file).first(header_size);
    const auto expected = crypto::sha256(ByteView(out.file).first(file_size - 32));
    if (!std::ranges::equal(expected.view(), hash)) return fail(EnvelopeDamaged{});
    if (!can_be_paid(out.cost)) return fail(EnvelopeDamaged{});
    return out;
}

Cost Cost::measured(std::chrono::milliseconds target) {
    start_sodium();
    using Clock = std::chrono::steady_clock;
    const std::array<std::uint8_t, salt_size> salt{};
    return measured(target, [&](std::uint64_t tried) -> std::chrono::nanoseconds {
        const auto begin = Clock::now();
        static_cast<void>(stretch(bytes_of("calibration"), salt, {tried, Cost{}.memory_bytes}));
        return Clock::now() - begin;
    });
}

Cost Cost::measured(std::chrono::milliseconds target, const Time& time) {
    // One, three, one, three: a moment that reaches over two of them spoils neither minimum.
    const auto one = time(1);
    const auto three = time(3);
    const auto one_again = time(1);
    const auto three_again = time(3);
    Cost out;
    out.operations = passes(std::min(one, one_again), std::min(three, three_again), target);
    return out;
}

std::uint64_t Cost::passes(std::chrono::nanoseconds one, std::chrono::nanoseconds three,
                           std::chrono::milliseconds target) {
    // The first pass also pays for getting the memory, no more than the price of a pass or two.
    // Where the machine was busy during it, the difference says nothing of a pass.
    const auto pass = std::max<std::chrono::nanoseconds>(
        {(three - one) / 2, three / 5, std::chrono::milliseconds(1)});
    const auto more = (target - one) / pass;
    return static_cast<std::uint64_t>(std::clamp<std::int64_t>(1 + more, 3, most_operations));
}

Envelope::Envelope(std::filesystem::path directory)
    : m_first(directory / "key.1"), m_second(directory / "key.2") {}

bool Envelope::exists() const {
    std::error_code ignored;
    return std::filesystem::exists(m_first, ignored) || std::filesystem::exists(m_second, ignored);
}

void Envelope::remove() const {
    std::error_code ignored;
    std::filesystem::remove(m_first, ignored);
    std::filesystem::remove(m_second, ignored);
}

Result<void, StoreError> Envelope::make_private() const {
    RUNNEL_CHECK(make_private_file(m_first));
    RUNNEL_CHECK(make_private_file(m_second));
    return {};
}

Result<void, StoreError> Envelope::replace_both(ByteView file) const {
    RUNNEL_CHECK(replace_file(m_first, file));
    RUNNEL_CHECK(replace_file(m_second, file));
    return {};
}

Result<void, StoreError> Envelope::write(const Secret32& store_key, const Passphrase& passphrase,
                                         const Cost& cost) const {
    if (passphrase.bytes.empty() && !passphrase.may_be_empty) return fail(EmptyPassphrase{});
    start_sodium();
    std::uint64_t generation = 1;
    if (const auto before = newest()) generation = before->generation + 1;

    std::array<std::uint8_t, salt_size> salt;
    std::array<std::uint8_t, nonce_size> nonce;
    randombytes_buf(salt.data(), salt.size());
    randombytes_buf(nonce.data(), nonce.size());
    const auto wrapping = stretch(passphrase.bytes, salt, cost);
    if (!wrapping) return fail(OutOfMemory{});

    Writer out;
    out.bytes(bytes_of(magic))
        .u16(version)
        .u8(argon2id_13)
        .u64(cost.operations)
        .u64(cost.memory_bytes)
        .u64(generation);
    out.bytes(salt).bytes(nonce);
    std::array<std::uint8_t, sealed_size> sealed;
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data(), nullptr, store_key.reveal().data(),
                                               32, out.view().data(), out.view().size(), nullptr,
                                               nonce.data(), wrapping->reveal().data());
    out.bytes(sealed);
    out.fixed(crypto::sha256(out.view()));
    return replace_both(out.view());
}

Result<Envelope::Copy, StoreError> Envelope::newest() const {
    std::optional<Copy> best;
    std::optional<StoreError> problem;
    bool any = false;
    for (const auto& path : {m_first, m_second}) {
        auto bytes = read_file(path, file_size + 1);
        if (!bytes) {
            any = any || bytes.error().code != ENOENT;
            continue;
        }
        any = true;
        auto copy = Copy::parse(std::move(*bytes));
        if (!copy) {
            // A later version's file is not damage: say that one, it tells what to do.
            if (!problem || std::holds_alternative<NewerVersion>(copy.error()))
                problem = copy.error();
            continue;
        }
        if (!best || copy->generation > best->generation) best = std::move(*copy);
    }
    if (problem && std::holds_alternative<NewerVersion>(*problem)) return fail(*problem);
    if (best) return std::move(*best);
    if (!any) return fail(Missing{});
    return fail(EnvelopeDamaged{});
}

std::string_view to_string(OddCopy::Was was) {
    switch (was) {
        case OddCopy::Was::missing: return "missing";
        case OddCopy::Was::damaged: return "damaged";
        case OddCopy::Was::older: return "older";
    }
    return "unknown";
}

std::vector<OddCopy> Envelope::odd_copies() const {
    std::vector<OddCopy> out;
    const auto best = newest();
    if (!best) return out;
    for (const auto& path : {m_first, m_second}) {
        auto bytes = read_file(path, file_size + 1);
        const bool is_missing = !bytes && bytes.error().code == ENOENT;
        if (bytes && *bytes == best->file) continue;
        const bool is_whole = bytes && Copy::parse(std::move(*bytes));
        out.push_back({path.filename().string(), is_missing ? OddCopy::Was::missing
                                                 : is_whole ? OddCopy::Was::older
                                                            : OddCopy::Was::damaged});
    }
    return out;
}

Result<Secret32, StoreError> Envelope::unwrap(const Copy& copy, ByteView passphrase) const {
    start_sodium();
    const auto wrapping = stretch(passphrase, copy.salt, copy.cost);
    if (!wrapping) return fail(OutOfMemory{});
    Secret32 key;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            key.reveal().data(), nullptr, nullptr, copy.sealed.data(), copy.sealed.size(),
            copy.header.data(), copy.header.size(), copy.nonce.data(),
            wrapping->reveal().data()) != 0) {
        return fail(WrongPassphrase{});
    }
    return key;
}

Result<Secret32, StoreError> Envelope::read(ByteView passphrase) const {
    RUNNEL_TRY(const auto copy, newest());
    return unwrap(copy, passphrase);
}

Result<Secret32, StoreError> Envelope::open(ByteView passphrase) const {
    RUNNEL_TRY(const auto copy, newest());
    RUNNEL_TRY(auto key, unwrap(copy, passphrase));
    // A change that was cut between the copies, or a copy that was lost: both say the same again.
    // If that cannot be written now (a full disk), the store opens all the same.
    for (const auto& path : {m_first, m_second}) {
        const auto there = read_file(path, file_size + 1);
        if (!there || *there != copy.file) static_cast<void>(replace_file(path, copy.file));
    }
    return key;
}

Result<void, StoreError> Envelope::change(ByteView old_passphrase, const Passphrase& new_passphrase,
                                          const Cost& cost) const {
    if (new_passphrase.bytes.empty() && !new_passphrase.may_be_empty)
        return fail(EmptyPassphrase{});
    RUNNEL_TRY(const auto key, open(old_passphrase));
    return write(key, new_passphrase, cost);
}

}  // namespace runnel::store
