#include "core/bitcoin/machine.h"
#include "core/crypto/old_encodings.h"

namespace runnel::bitcoin {
namespace {

bool is_strict_integer(ByteView integer) {
    if (integer.empty() || (integer[0] & 0x80)) return false;                     // negative
    return !(integer.size() > 1 && integer[0] == 0 && (integer[1] & 0x80) == 0);  // padded
}

/// BIP 66: 30 len 02 len R 02 len S type, 9 to 73 bytes, nothing else and every integer minimal.
bool is_strict_der(ByteView sig) {
    if (sig.size() < 9 || sig.size() > 73) return false;
    if (sig[0] != 0x30 || sig[1] != sig.size() - 3) return false;
    const std::size_t r_size = sig[3];
    if (5 + r_size >= sig.size()) return false;
    const std::size_t s_size = sig[5 + r_size];
    if (r_size + s_size + 7 != sig.size()) return false;
    if (sig[2] != 0x02 || sig[4 + r_size] != 0x02) return false;
    return is_strict_integer(sig.subspan(4, r_size)) &&
           is_strict_integer(sig.subspan(6 + r_size, s_size));
}

bool is_low_s(ByteView sig) {
    const auto parsed = crypto::parse_loose_der(sig.first(sig.size() - 1));
    return parsed && crypto::normalised(*parsed) == *parsed;
}

bool is_compressed(ByteView key) { return key.size() == 33 && (key[0] == 0x02 || key[0] == 0x03); }
bool is_uncompressed(ByteView key) { return key.size() == 65 && key[0] == 0x04; }

}  // namespace

Result<void, ScriptError> check_signature_encoding(ByteView signature, std::uint32_t flags) {
    if (signature.empty()) return {};  // a way to fail on purpose, not an encoding
    if ((flags & (verify_dersig | verify_low_s | verify_strictenc)) && !is_strict_der(signature)) {
        return fail(ScriptError::sig_der);
    }
    if ((flags & verify_low_s) && !is_low_s(signature)) return fail(ScriptError::sig_high_s);
    const std::uint8_t type = signature.back() & static_cast<std::uint8_t>(~sighash_anyonecanpay);
    if ((flags & verify_strictenc) && (type < sighash_all || type > sighash_single)) {
        return fail(ScriptError::sig_hashtype);
    }
    return {};
}

Result<void, ScriptError> check_key_encoding(ByteView key, std::uint32_t flags, ScriptRules rules) {
    if ((flags & verify_strictenc) && !is_compressed(key) && !is_uncompressed(key)) {
        return fail(ScriptError::pubkey_type);
    }
    if ((flags & verify_witness_pubkeytype) && rules == ScriptRules::segwit_v0 &&
        !is_compressed(key)) {
        return fail(ScriptError::witness_pubkey_type);
    }
    return {};
}

}  // namespace runnel::bitcoin
