#include "core/bitcoin/interpreter.h"

#include "core/bitcoin/machine.h"
#include "core/crypto/hash.h"
#include "core/crypto/old_encodings.h"

namespace runnel::bitcoin {
namespace {

using Step = Result<void, ScriptError>;

constexpr std::uint32_t lock_time_threshold =
    500'000'000;  // below: a height; from here on: seconds (BIP 65)
constexpr std::uint32_t sequence_final = 0xffffffff;
constexpr std::uint32_t sequence_disabled = 1U << 31;  // BIP 68
constexpr std::uint32_t sequence_seconds = 1U << 22;
constexpr std::uint32_t sequence_mask = 0x0000ffff;
constexpr std::uint8_t annex_tag = 0x50;

/// Answers a script's questions about one input of one transaction.
class InputChecker : public Checker {
public:
    InputChecker(const Transaction& tx, std::size_t index, std::span<const TxOut> spent,
                 const SegwitSighash& sighash)
        : m_tx(tx), m_index(index), m_spent(spent), m_sighash(sighash) {}

    bool check_signature(ByteView signature, ByteView key, ByteView script_code,
                         ScriptRules rules) const override {
        if (signature.empty()) return false;
        const auto public_key = crypto::parse_any_public_key(key);
        if (!public_key) return false;
        const auto parsed = crypto::parse_loose_der(signature.first(signature.size() - 1));
        if (!parsed) return false;
        const std::uint8_t type = signature.back();
        const Hash256 digest =
            rules == ScriptRules::segwit_v0
                ? m_sighash.digest(m_index, script_code, m_spent[m_index].value, type)
                : legacy_sighash(m_tx, m_index, script_code, type);
        // A high S is for the flags to refuse, not for the equation.
        return crypto::verify(*public_key, digest, crypto::normalised(*parsed));
    }

    bool check_lock_time(std::int64_t lock_time) const override {
        const bool by_height = lock_time < lock_time_threshold;
        if (by_height != (m_tx.lock_time < lock_time_threshold)) return false;
        if (lock_time > std::int64_t{m_tx.lock_time}) return false;
        // A final input switches the transaction's lock time off: then it would prove nothing.
        return m_tx.inputs[m_index].sequence != sequence_final;
    }

    bool check_sequence(std::int64_t sequence) const override {
        const std::uint32_t ours = m_tx.inputs[m_index].sequence;
        if (m_tx.version < 2 || (ours & sequence_disabled)) return false;
        const auto wanted = static_cast<std::uint32_t>(sequence);
        if ((ours & sequence_seconds) != (wanted & sequence_seconds)) return false;
        return (wanted & sequence_mask) <= (ours & sequence_mask);
    }

    Step check_taproot_key(ByteView program, std::span<const Bytes> witness,
                           std::optional<ByteView> annex) const {
        ByteView signature = witness[0];
        std::uint8_t type = sighash_default;
        if (signature.size() == 65) {
            type = signature.back();
            if (type == sighash_default) return fail(ScriptError::schnorr_sig_hashtype);
            signature = signature.first(64);
        }
        const auto parsed = crypto::SchnorrSignature::from(signature);
        if (!parsed) return fail(ScriptError::schnorr_sig_size);
        const auto digest = taproot_sighash(m_tx, m_index, m_spent, type, annex);
        if (!digest) return fail(ScriptError::schnorr_sig_hashtype);
        const auto key = crypto::XOnlyKey::from(program);
        if (!key || !crypto::verify_schnorr(*key, digest->view(), *parsed))
            return fail(ScriptError::schnorr_sig);
        return {};
    }

private:
    const Transaction& m_tx;
    std::size_t m_index;
    std::span<const TxOut> m_spent;
    const SegwitSighash& m_sighash;
};

Step run_witness_script(std::span<const Bytes> arguments, ByteView script, std::uint32_t flags,
                        const InputChecker& checker) {
    for (const auto& element : arguments) {
        if (element.size() > max_push_size) return fail(ScriptError::push_size);
    }
    ScriptStack stack(arguments.begin(), arguments.end());
    RUNNEL_CHECK(run_script(stack, script, flags, checker, ScriptRules::segwit_v0));
    if (stack.size() != 1) return fail(ScriptError::clean_stack);
    if (!is_true(stack.back())) return fail(ScriptError::eval_false);
    return {};
}

Step verify_segwit_v0(ByteView program, std::span<const Bytes> witness, std::uint32_t flags,
                      const InputChecker& checker) {
    if (program.size() == Hash160::size_bytes) {
        if (witness.size() != 2) return fail(ScriptError::witness_program_mismatch);
        return run_witness_script(witness, p2wpkh_script_code(*Hash160::from(program)), flags,
                                  checker);
    }
    if (program.size() != Hash256::size_bytes)
        return fail(ScriptError::witness_program_wrong_length);
    if (witness.empty()) return fail(ScriptError::witness_program_witness_empty);
    const ByteView script = witness.back();
    const auto hash = crypto::sha256(script);
    if (!std::equal(program.begin(), program.end(), hash.data()))
        return fail(ScriptError::witness_program_mismatch);
    return run_witness_script(witness.first(witness.size() - 1), script, flags, checker);
}

Step verify_taproot_program(ByteView program, std::span<const Bytes> witness,
                            const InputChecker& checker) {
    if (witness.empty()) return fail(ScriptError::witness_program_witness_empty);
    std::optional<ByteView> annex;
    if (witness.size() >= 2 && !witness.back().empty() && witness.back()[0] == annex_tag) {
        annex = ByteView(witness.back());
        witness = witness.first(witness.size() - 1);
    }
    if (witness.size() != 1) return fail(ScriptError::unsupported);  // the script path
    return checker.check_taproot_key(program, witness, annex);
}

/// OP_1 <4e73>: anyone may spend it, with no witness at all.
bool is_anchor(const WitnessProgram& program) {
    return program.version == 1 && program.program.size() == 2 && program.program[0] == 0x4e &&
           program.program[1] == 0x73;
}

Step verify_program(const WitnessProgram& program, std::span<const Bytes> witness,
                    std::uint32_t flags, bool in_p2sh, const InputChecker& checker) {
    if (program.version == 0) return verify_segwit_v0(program.program, witness, flags, checker);
    if (!in_p2sh && program.version == 1 && program.program.size() == 32) {
        return (flags & verify_taproot) ? verify_taproot_program(program.program, witness, checker)
                                        : Step{};
    }
    if (!in_p2sh && is_anchor(program)) return {};
    if (flags & verify_discourage_upgradable_witness_program) {
        return fail(ScriptError::discourage_upgradable_witness_program);
    }
    return {};
}

Step run_to_true(ScriptStack& stack, ByteView script, std::uint32_t flags, const Checker& checker) {
    RUNNEL_CHECK(run_script(stack, script, flags, checker, ScriptRules::bare));
    if (stack.empty() || !is_true(stack.back())) return fail(ScriptError::eval_false);
    return {};
}

Bytes single_push(ByteView script) {
    // A witness program never is a small number, so the short forms do not arise.
    return ScriptBuilder().push(script).take();
}

/// The checks of one input in the order of consensus: script_sig, output script, segwit, P2SH,
/// segwit within P2SH.
Step verify_scripts(const TxIn& input, ByteView output_script, std::uint32_t flags,
                    const InputChecker& checker) {
    const bool segwit = (flags & verify_witness) != 0;
    if ((flags & verify_sigpushonly) && !is_push_only(input.script_sig))
        return fail(ScriptError::sig_pushonly);
    ScriptStack stack;
    RUNNEL_CHECK(run_script(stack, input.script_sig, flags, checker, ScriptRules::bare));
    ScriptStack arguments = stack;
    RUNNEL_CHECK(run_to_true(stack, output_script, flags, checker));

    bool used_witness = false;
    if (const auto program = segwit ? witness_program(output_script) : std::nullopt) {
        used_witness = true;
        if (!input.script_sig.empty()) return fail(ScriptError::witness_malleated);
        RUNNEL_CHECK(verify_program(*program, input.witness, flags, false, checker));
        stack.resize(1);
    }
    if ((flags & verify_p2sh) && is_p2sh(output_script)) {
        if (!is_push_only(input.script_sig)) return fail(ScriptError::sig_pushonly);
        stack = std::move(arguments);
        const Bytes redeem = std::move(stack.back());  // not empty: the hash was compared
        stack.pop_back();
        RUNNEL_CHECK(run_to_true(stack, redeem, flags, checker));
        if (const auto program = segwit ? witness_program(redeem) : std::nullopt) {
            used_witness = true;
            if (input.script_sig != single_push(redeem))
                return fail(ScriptError::witness_malleated_p2sh);
            RUNNEL_CHECK(verify_program(*program, input.witness, flags, true, checker));
            stack.resize(1);
        }
    }
    if ((flags & verify_cleanstack) && stack.size() != 1) return fail(ScriptError::clean_stack);
    if (segwit && !used_witness && !input.witness.empty())
        return fail(ScriptError::witness_unexpected);
    return {};
}

Step verify_with(const Transaction& tx, std::size_t index, std::span<const TxOut> spent,
                 std::uint32_t flags, const SegwitSighash& sighash) {
    if (index >= tx.inputs.size() || spent.size() != tx.inputs.size())
        return fail(ScriptError::unsupported);
    return verify_scripts(tx.inputs[index], spent[index].script, flags,
                          InputChecker(tx, index, spent, sighash));
}

}  // namespace

Step verify_input(const Transaction& tx, std::size_t index, std::span<const TxOut> spent,
                  std::uint32_t flags) {
    return verify_with(tx, index, spent, flags, SegwitSighash(tx));
}

Result<void, InputFault> verify_inputs(const Transaction& tx, std::span<const TxOut> spent,
                                       std::uint32_t flags) {
    const SegwitSighash sighash(tx);
    for (std::size_t i = 0; i < tx.inputs.size(); ++i) {
        if (const auto checked = verify_with(tx, i, spent, flags, sighash); !checked) {
            return fail(InputFault{i, checked.error()});
        }
    }
    return {};
}

std::string_view to_string(ScriptError error) {
    switch (error) {
        case ScriptError::ok_is_not_an_error: return "ok";
        case ScriptError::eval_false: return "eval_false";
        case ScriptError::op_return: return "op_return";
        case ScriptError::script_size: return "script_size";
        case ScriptError::push_size: return "push_size";
        case ScriptError::op_count: return "op_count";
        case ScriptError::stack_size: return "stack_size";
        case ScriptError::sig_count: return "sig_count";
        case ScriptError::pubkey_count: return "pubkey_count";
        case ScriptError::verify: return "verify";
        case ScriptError::equal_verify: return "equal_verify";
        case ScriptError::checksig_verify: return "checksig_verify";
        case ScriptError::checkmultisig_verify: return "checkmultisig_verify";
        case ScriptError::numequal_verify: return "numequal_verify";
        case ScriptError::bad_opcode: return "bad_opcode";
        case ScriptError::disabled_opcode: return "disabled_opcode";
        case ScriptError::invalid_stack_operation: return "invalid_stack_operation";
        case ScriptError::invalid_altstack_operation: return "invalid_altstack_operation";
        case ScriptError::unbalanced_conditional: return "unbalanced_conditional";
        case ScriptError::negative_locktime: return "negative_locktime";
        case ScriptError::unsatisfied_locktime: return "unsatisfied_locktime";
        case ScriptError::sig_hashtype: return "sig_hashtype";
        case ScriptError::sig_der: return "sig_der";
        case ScriptError::minimal_data: return "minimal_data";
        case ScriptError::sig_pushonly: return "sig_pushonly";
        case ScriptError::sig_high_s: return "sig_high_s";
        case ScriptError::sig_nulldummy: return "sig_nulldummy";
        case ScriptError::pubkey_type: return "pubkey_type";
        case ScriptError::clean_stack: return "clean_stack";
        case ScriptError::minimal_if: return "minimal_if";
        case ScriptError::sig_null_fail: return "sig_null_fail";
        case ScriptError::discourage_upgradable_nops: return "discourage_upgradable_nops";
        case ScriptError::discourage_upgradable_witness_program:
            return "discourage_upgradable_witness_program";
        case ScriptError::witness_program_wrong_length: return "witness_program_wrong_length";
        case ScriptError::witness_program_witness_empty: return "witness_program_witness_empty";
        case ScriptError::witness_program_mismatch: return "witness_program_mismatch";
        case ScriptError::witness_malleated: return "witness_malleated";
        case ScriptError::witness_malleated_p2sh: return "witness_malleated_p2sh";
        case ScriptError::witness_unexpected: return "witness_unexpected";
        case ScriptError::witness_pubkey_type: return "witness_pubkey_type";
        case ScriptError::op_codeseparator: return "op_codeseparator";
        case ScriptError::sig_find_and_delete: return "sig_find_and_delete";
        case ScriptError::schnorr_sig_size: return "schnorr_sig_size";
        case ScriptError::schnorr_sig_hashtype: return "schnorr_sig_hashtype";
        case ScriptError::schnorr_sig: return "schnorr_sig";
        case ScriptError::number: return "number";
        case ScriptError::unsupported: return "unsupported";
    }
    return "unknown";
}

}  // namespace runnel::bitcoin
