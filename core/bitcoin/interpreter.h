// A script interpreter: P2WPKH and P2WSH (segwit v0 rules), P2TR key path, CLTV and CSV are what
// Lightning spends; bare scripts and P2SH are there too, so that the published tables can judge the
// whole machine. It checks our own transactions before they are broadcast and is the judge of the
// simulated chain. Tapscript is not spendable here: a taproot script path fails with `unsupported`.
// Holds no state and knows no chain: heights and times are the caller's to check (BIP 68, 113).
#pragma once

#include "core/bitcoin/sighash.h"

#include <optional>
#include <span>
#include <string_view>

namespace runnel::bitcoin {

/// Why a spend is invalid; names follow Bitcoin Core's script errors where there is one.
enum class ScriptError : std::uint8_t {
    ok_is_not_an_error,  // never returned; keeps zero free
    eval_false,
    op_return,
    script_size,
    push_size,
    op_count,
    stack_size,
    sig_count,
    pubkey_count,
    verify,
    equal_verify,
    checksig_verify,
    checkmultisig_verify,
    numequal_verify,
    bad_opcode,
    disabled_opcode,
    invalid_stack_operation,
    invalid_altstack_operation,
    unbalanced_conditional,
    negative_locktime,
    unsatisfied_locktime,
    sig_hashtype,
    sig_der,
    minimal_data,
    sig_pushonly,
    sig_high_s,
    sig_nulldummy,
    pubkey_type,
    clean_stack,
    minimal_if,
    sig_null_fail,
    discourage_upgradable_nops,
    discourage_upgradable_witness_program,
    witness_program_wrong_length,
    witness_program_witness_empty,
    witness_program_mismatch,
    witness_malleated,
    witness_malleated_p2sh,
    witness_unexpected,
    witness_pubkey_type,
    op_codeseparator,
    sig_find_and_delete,
    schnorr_sig_size,
    schnorr_sig_hashtype,
    schnorr_sig,
    number,
    unsupported,
};
std::string_view to_string(ScriptError error);

/// Bitcoin Core's script verification flags, as its test files name them.
enum ScriptFlags : std::uint32_t {
    verify_p2sh = 1,
    verify_strictenc = 2,
    verify_dersig = 4,
    verify_low_s = 8,
    verify_nulldummy = 16,
    verify_sigpushonly = 32,
    verify_minimaldata = 64,
    verify_discourage_upgradable_nops = 128,
    verify_cleanstack = 256,
    verify_checklocktimeverify = 512,
    verify_checksequenceverify = 1024,
    verify_witness = 2048,
    verify_discourage_upgradable_witness_program = 4096,
    verify_minimalif = 8192,
    verify_nullfail = 16384,
    verify_witness_pubkeytype = 32768,
    verify_const_scriptcode = 65536,
    verify_taproot = 131072,
};
/// What a block must satisfy; a relaying node demands more.
inline constexpr std::uint32_t consensus_flags = verify_p2sh | verify_dersig | verify_nulldummy |
                                                 verify_witness | verify_checklocktimeverify |
                                                 verify_checksequenceverify | verify_taproot;
/// What a relaying node demands.
inline constexpr std::uint32_t standard_flags = 0x3ffff;

/// Verifies input `index` of `tx`; `spent` are the outputs spent by all inputs, in order.
Result<void, ScriptError> verify_input(const Transaction& tx, std::size_t index,
                                       std::span<const TxOut> spent,
                                       std::uint32_t flags = standard_flags);

/// Which input is invalid, and why.
struct InputFault {
    std::size_t index = 0;
    ScriptError error = ScriptError::eval_false;
};
/// Verifies all inputs, hashing what they share only once.
Result<void, InputFault> verify_inputs(const Transaction& tx, std::span<const TxOut> spent,
                                       std::uint32_t flags = standard_flags);

}  // namespace runnel::bitcoin
