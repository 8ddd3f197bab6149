// The stack machine under interpreter.h: one script run on one stack, every opcode of Bitcoin,
// under the rules of bare scripts or of segwit v0. It knows no transaction: what a signature or a
// lock time means is asked of a Checker. Internal to this folder; others call verify_input.
#pragma once

#include "core/bitcoin/interpreter.h"
#include "core/bitcoin/script.h"

namespace runnel::bitcoin {

inline constexpr std::size_t max_script_size = 10'000;
inline constexpr std::size_t max_push_size = 520;

/// Which rules a script runs under (BIP 143 changes the digest, the treatment of OP_CODESEPARATOR
/// and more).
enum class ScriptRules : std::uint8_t { bare, segwit_v0 };

using ScriptStack = std::vector<Bytes>;

/// What a script asks about the transaction that runs it.
class Checker {
public:
    virtual ~Checker() = default;
    /// `signature` ends in the type byte; `script_code` begins after the last OP_CODESEPARATOR that
    /// was executed.
    virtual bool check_signature(ByteView signature, ByteView key, ByteView script_code,
                                 ScriptRules rules) const = 0;
    /// BIP 65 and BIP 112; the operands are not negative.
    virtual bool check_lock_time(std::int64_t lock_time) const = 0;
    virtual bool check_sequence(std::int64_t sequence) const = 0;
};

/// Runs `script` on `stack`.
Result<void, ScriptError> run_script(ScriptStack& stack, ByteView script, std::uint32_t flags,
                                     const Checker& checker, ScriptRules rules);

/// False is any encoding of zero, negative zero included.
bool is_true(ByteView element);
/// Only pushes, OP_RESERVED counted as one (BIP 16).
bool is_push_only(ByteView script);
/// `script` without any occurrence of `needle` that begins at an instruction; tells how many there
/// were.
Script without(ByteView script, ByteView needle, std::size_t& found);

/// The encoding rules that `flags` set for a signature with its type byte (BIP 66, low S) and for a
/// key.
Result<void, ScriptError> check_signature_encoding(ByteView signature, std::uint32_t flags);
Result<void, ScriptError> check_key_encoding(ByteView key, std::uint32_t flags, ScriptRules rules);

}  // namespace runnel::bitcoin
