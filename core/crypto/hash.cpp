// The state-based SHA and RIPEMD functions of OpenSSL are used on purpose: they take the same
// machine code as EVP, but a 64 byte hash through EVP spends most of its time on bookkeeping, and
// the state is a plain struct that can be copied.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "core/crypto/hash.h"

#include <openssl/evp.h>
#include <openssl/ripemd.h>
#include <openssl/sha.h>

#include <climits>
#include <cstdlib>

namespace runnel::crypto {

namespace {

struct Sha256Traits {
    using Context = SHA256_CTX;
    static constexpr std::size_t block = 64;
    static constexpr std::size_t digest = 32;
    static void init(Context& c) { SHA256_Init(&c); }
    static void add(Context& c, ByteView v) { SHA256_Update(&c, v.data(), v.size()); }
    static void finish(Context& c, std::uint8_t* out) { SHA256_Final(out, &c); }
};

struct Sha512Traits {
    using Context = SHA512_CTX;
    static constexpr std::size_t block = 128;
    static constexpr std::size_t digest = 64;
    static void init(Context& c) { SHA512_Init(&c); }
    static void add(Context& c, ByteView v) { SHA512_Update(&c, v.data(), v.size()); }
    static void finish(Context& c, std::uint8_t* out) { SHA512_Final(out, &c); }
};

/// HMAC (RFC 2104). Keeps the state after the inner and outer pad, so that one key can serve many
/// messages.
template <typename H>
class Hmac {
public:
    using Digest = std::array<std::uint8_t, H::digest>;

    explicit Hmac(ByteView key) {
        std::array<std::uint8_t, H::block> pad{};
        if (key.size() > H::block) {
            typename H::Context c;
            H::init(c);
            H::add(c, key);
            H::finish(c, pad.data());
            wipe(&c, sizeof c);
        } else {
            std::copy(key.begin(), key.end(), pad.begin());
        }
        for (auto& b : pad) b = static_cast<std::uint8_t>(b ^ 0x36);
        H::init(m_inner);
        H::add(m_inner, pad);
        for (auto& b : pad) b = static_cast<std::uint8_t>(b ^ 0x36 ^ 0x5c);
        H::init(m_outer);
        H::add(m_outer, pad);
        wipe(pad.data(), pad.size());
    }
    Hmac(const Hmac&) = delete;
    Hmac& operator=(const Hmac&) = delete;
    ~Hmac() {
        wipe(&m_inner, sizeof m_inner);
        wipe(&m_outer, sizeof m_outer);
    }

    template <typename Parts>
    void of(const Parts& parts, Digest& out) const {
        typename H::Context c = m_inner;
        for (const ByteView part : parts) H::add(c, part);
        H::finish(c, out.data());
        c = m_outer;
        H::add(c, out);
        H::finish(c, out.data());
        wipe(&c, sizeof c);
    }

private:
    typename H::Context m_inner;
    typename H::Context m_outer;
};

}  // namespace

Hash256 sha256(std::initializer_list<ByteView> parts) {
    SHA256_CTX c;
    SHA256_Init(&c);
    for (const auto part : parts) SHA256_Update(&c, part.data(), part.size());
    Hash256 out;
    SHA256_Final(out.data(), &c);
    return out;
}

Hash256 sha256(ByteView bytes) { return sha256({bytes}); }

Hash256 sha256d(ByteView bytes) { return sha256(sha256(bytes).view()); }

Hash160 hash160(ByteView bytes) { return ripemd160(sha256(bytes).view()); }

Hash160 ripemd160(ByteView bytes) {
    RIPEMD160_CTX c;
    RIPEMD160_Init(&c);
    RIPEMD160_Update(&c, bytes.data(), bytes.size());
    Hash160 out;
    RIPEMD160_Final(out.data(), &c);
    return out;
}

Hash160 sha1(ByteView bytes) {
    SHA_CTX c;
    SHA1_Init(&c);
    SHA1_Update(&c, bytes.data(), bytes.size());
    Hash160 out;
    SHA1_Final(out.data(), &c);
    return out;
}

Hash256 tagged_hash(std::string_view tag, std::initializer_list<ByteView> parts) {
    const auto tag_hash = sha256(bytes_of(tag));
    SHA256_CTX c;
    SHA256_Init(&c);
    SHA256_Update(&c, tag_hash.data(), tag_hash.size());
    SHA256_Update(&c, tag_hash.data(), tag_hash.size());
    for (const auto part : parts) SHA256_Update(&c, part.data(), part.size());
    Hash256 out;
    SHA256_Final(out.data(), &c);
    return out;
}

Secret32 hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) {
    Secret32 out;
    Hmac<Sha256Traits>(key).of(parts, out.reveal());
    return out;
}

Secret<std::array<std::uint8_t, 64>> hmac_sha512(ByteView key,
                                                 std::initializer_list<ByteView> parts) {
    Secret<std::array<std::uint8_t, 64>> out;
    Hmac<Sha512Traits>(key).of(parts, out.reveal());
    return out;
}

SecretBytes hkdf_sha256(ByteView salt, ByteView input_key_material, ByteView info,
                        std::size_t length) {
    if (length > 255 * Sha256Traits::digest) std::abort();
    // An absent salt is 32 zero bytes (RFC 5869 section 2.2), and HMAC pads an empty key to the
    // very same.
    const auto key = hmac_sha256(salt, {input_key_material});
    const Hmac<Sha256Traits> expand(key.reveal());
    Bytes out;
    out.reserve(length);  // once: a growing vector would leave unwiped copies behind
    Secret32 block;
    ByteView previous;
    for (std::uint8_t counter = 1; out.size() < length; ++counter) {
        expand.of(std::array<ByteView, 3>{previous, info, ByteView(&counter, 1)}, block.reveal());
        previous = block.reveal();
        append(out, previous.first(std::min(previous.size(), length - out.size())));
    }
    return SecretBytes(std::move(out));
}

Secret<std::array<std::uint8_t, 64>> pbkdf2_sha512(ByteView password, ByteView salt,
                                                   unsigned rounds) {
    if (password.size() > INT_MAX || salt.size() > INT_MAX || rounds == 0 || rounds > INT_MAX) {
        std::abort();
    }
    Secret<std::array<std::uint8_t, 64>> out;
    // OpenSSL takes a null password for "no length given"; an empty one must stay an empty string.
    const auto* text = password.empty() ? "" : reinterpret_cast<const char*>(password.data());
    if (PKCS5_PBKDF2_HMAC(text, static_cast<int>(password.size()), salt.data(),
                          static_cast<int>(salt.size()), static_cast<int>(rounds), EVP_sha512(), 64,
                          out.reveal().data()) != 1) {
        std::abort();
    }
    return out;
}

struct Sha256::State {
    SHA256_CTX context;
    ~State() { wipe(&context, sizeof context); }
};

Sha256::Sha256() : m_state(std::make_unique<State>()) { SHA256_Init(&m_state->context); }
Sha256::Sha256(const Sha256& other) : m_state(std::make_unique<State>(*other.m_state)) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256 other) noexcept {
    m_state = std::move(other.m_state);
    return *this;
}
Sha256::~Sha256() = default;

Sha256& Sha256::add(ByteView bytes) {
    SHA256_Update(&m_state->context, bytes.data(), bytes.size());
    return *this;
}

Hash256 Sha256::finish() {
    Hash256 out;
    SHA256_Final(out.data(), &m_state->context);
    return out;
}

}  // namespace runnel::crypto
