#include "core/bitcoin/machine.h"

#include "core/crypto/hash.h"

namespace runnel::bitcoin {
namespace {

using Step = Result<void, ScriptError>;

constexpr std::size_t max_operations = 201;
constexpr std::size_t max_stack = 1000;
constexpr std::int64_t max_multisig_keys = 20;
constexpr std::size_t number_size = 4;
constexpr std::size_t lock_number_size = 5;  // BIP 65: lock times reach beyond 31 bits

const Bytes script_true{1};
const Bytes script_false{};

Bytes encode_number(std::int64_t value) {
    Bytes out;
    auto magnitude = value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value)
                               : static_cast<std::uint64_t>(value);
    for (; magnitude != 0; magnitude >>= 8) out.push_back(static_cast<std::uint8_t>(magnitude));
    if (out.empty()) return out;
    if (out.back() & 0x80) out.push_back(0);
    if (value < 0) out.back() |= 0x80;
    return out;
}

bool is_disabled(std::uint8_t opcode) {
    switch (opcode) {
        case OP_CAT:
        case OP_SUBSTR:
        case OP_LEFT:
        case OP_RIGHT:
        case OP_INVERT:
        case OP_AND:
        case OP_OR:
        case OP_XOR:
        case OP_2MUL:
        case OP_2DIV:
        case OP_MUL:
        case OP_DIV:
        case OP_MOD:
        case OP_LSHIFT:
        case OP_RSHIFT: return true;
        default: return false;
    }
}

bool is_minimal_push(const Instruction& instruction) {
    const auto& data = instruction.push;
    const auto opcode = instruction.opcode;
    if (data.empty()) return opcode == OP_0;
    if (data.size() == 1 && ((data[0] >= 1 && data[0] <= 16) || data[0] == 0x81)) return false;
    if (data.size() < OP_PUSHDATA1) return opcode == data.size();
    if (data.size() <= 0xff) return opcode == OP_PUSHDATA1;
    return data.size() > 0xffff || opcode == OP_PUSHDATA2;
}

/// The bytes a script would hold to push this, without the short forms of small numbers (as
/// signatures were pushed in the days when a script could sign itself).
Bytes plain_push(ByteView data) {
    Writer out;
    if (data.size() < OP_PUSHDATA1) {
        out.u8(static_cast<std::uint8_t>(data.size()));
    } else if (data.size() <= 0xff) {
        out.u8(OP_PUSHDATA1).u8(static_cast<std::uint8_t>(data.size()));
    } else if (data.size() <= 0xffff) {
        out.u8(OP_PUSHDATA2).le16(static_cast<std::uint16_t>(data.size()));
    } else {
        out.u8(OP_PUSHDATA4).le32(static_cast<std::uint32_t>(data.size()));
    }
    out.bytes(data);
    return out.take();
}

class Machine {
public:
    Machine(ScriptStack& stack, std::uint32_t flags, const Checker& checker, ScriptRules rules)
        : m_stack(stack), m_flags(flags), m_checker(checker), m_rules(rules) {}

    Step run(ByteView script);

private:
    bool flag(std::uint32_t f) const { return (m_flags & f) != 0; }
    bool executing() const { return m_false_branches == 0; }
    bool has(std::size_t count) const { return m_stack.size() >= count; }
    /// The element `depth` from the top, 1 being the top.
    Bytes& top(std::size_t depth = 1) { return m_stack[m_stack.size() - depth]; }
    Bytes take() {
        Bytes out = std::move(m_stack.back());
        m_stack.pop_back();
        return out;
    }
    void drop(std::size_t count) { m_stack.resize(m_stack.size() - count); }
    void push(Bytes element) { m_stack.push_back(std::move(element)); }
    void push_bool(bool value) { push(value ? script_true : script_false); }
    void push_number(std::int64_t value) { push(encode_number(value)); }
    Result<std::int64_t, ScriptError> number(ByteView element,
                                             std::size_t max_size = number_size) const;

    Step instruction(const Instruction& i);
    Step operation(std::uint8_t opcode);
    Step conditional(std::uint8_t opcode);
    Step open_branch(bool on_true);
    Step stack_operation(std::uint8_t opcode);
    Step pick_or_roll(bool roll);
    Step unary(std::uint8_t opcode);
    Step binary(std::uint8_t opcode);
    Step within();
    Step hash(std::uint8_t opcode);
    Step equal(bool verify);
    Step check_signature(bool verify);
    Step check_multisig(bool verify);
    Step multisig_matches(std::size_t keys_at, std::size_t keys, std::size_t sigs_at,
                          std::size_t sigs, bool& ok);
    Step script_code(std::span<const Bytes* const> signatures, Script& out) const;
    Step lock_time();
    Step sequence();
    /// Ends in VERIFY: takes a true result off the stack, or fails with `error`.
    Step verified(bool verify, ScriptError error) {
        if (!verify) return {};
        if (!is_true(top())) return fail(error);
        drop(1);
        return {};
    }

    ScriptStack& m_stack;
    ScriptStack m_alt;
    std::vector<bool> m_branches;
    std::size_t m_false_branches = 0;
    std::size_t m_operations = 0;
    ByteView m_code;  ///< From the last executed OP_CODESEPARATOR on.
    ByteView m_rest;
    std::uint32_t m_flags;
    const Checker& m_checker;
    ScriptRules m_rules;
};

Result<std::int64_t, ScriptError> Machine::number(ByteView element, std::size_t max_size) const {
    if (element.size() > max_size) return fail(ScriptError::number);
    if (element.empty()) return std::int64_t{0};
    // Minimal: the last byte is needed for more than its sign.
    if (flag(verify_minimaldata) && (element.back() & 0x7f) == 0 &&
        (element.size() == 1 || (element[element.size() - 2] & 0x80) == 0)) {
        return fail(ScriptError::number);
    }
    std::int64_t out = 0;
    for (std::size_t i = 0; i < element.size(); ++i) {
        const std::uint8_t byte = i + 1 == element.size() ? element[i] & 0x7f : element[i];
        out |= std::int64_t{byte} << (8 * i);
    }
    return (element.back() & 0x80) ? -out : out;
}

Step Machine::run(ByteView script) {
    if (script.size() > max_script_size) return fail(ScriptError::script_size);
    m_code = script;
    m_rest = script;
    while (!m_rest.empty()) {
        const auto next = next_instruction(m_rest);
        if (!next) return fail(ScriptError::bad_opcode);
        RUNNEL_CHECK(instruction(*next));
        if (m_stack.size() + m_alt.size() > max_stack) return fail(ScriptError::stack_size);
    }
    if (!m_branches.empty()) return fail(ScriptError::unbalanced_conditional);
    return {};
}

Step Machine::instruction(const Instruction& i) {
    if (i.push.size() > max_push_size) return fail(ScriptError::push_size);
    if (i.opcode > OP_16 && ++m_operations > max_operations) return fail(ScriptError::op_count);
    // These fail even in a branch that is not taken.
    if (is_disabled(i.opcode)) return fail(ScriptError::disabled_opcode);
    if (i.opcode == OP_CODESEPARATOR && m_rules == ScriptRules::bare &&
        flag(verify_const_scriptcode)) {
        return fail(ScriptError::op_codeseparator);
    }
    if (i.opcode <= OP_PUSHDATA4) {
        if (!executing()) return {};
        if (flag(verify_minimaldata) && !is_minimal_push(i)) return fail(ScriptError::minimal_data);
        push(to_bytes(i.push));
        return {};
    }
    if (i.opcode >= OP_IF && i.opcode <= OP_ENDIF) return conditional(i.opcode);
    return executing() ? operation(i.opcode) : Step{};
}

Step Machine::conditional(std::uint8_t opcode) {
    switch (opcode) {
        case OP_IF: return open_branch(true);
        case OP_NOTIF: return open_branch(false);
        case OP_ELSE:
            if (m_branches.empty()) return fail(ScriptError::unbalanced_conditional);
            m_branches.back() = !m_branches.back();
            if (m_branches.back()) {
                --m_false_branches;
            } else {
                ++m_false_branches;
            }
            return {};
        case OP_ENDIF:
            if (m_branches.empty()) return fail(ScriptError::unbalanced_conditional);
            if (!m_branches.back()) --m_false_branches;
            m_branches.pop_back();
            return {};
        default: return fail(ScriptError::bad_opcode);  // OP_VERIF and OP_VERNOTIF, taken or not
    }
}

Step Machine::open_branch(bool on_true) {
    bool taken = false;
    if (executing()) {
        if (!has(1)) return fail(ScriptError::unbalanced_conditional);
        const Bytes condition = take();
        // Else a third party could change the argument without changing its meaning (BIP 141
        // malleability).
        if (m_rules == ScriptRules::segwit_v0 && flag(verify_minimalif) &&
            (condition.size() > 1 || (condition.size() == 1 && condition[0] != 1))) {
            return fail(ScriptError::minimal_if);
        }
        taken = is_true(condition) == on_true;
    }
    m_branches.push_back(taken);
    if (!taken) ++m_false_branches;
    return {};
}

Step Machine::operation(std::uint8_t opcode) {
    if (opcode == OP_1NEGATE || (opcode >= OP_1 && opcode <= OP_16)) {
        push_number(int{opcode} - int{OP_1} + 1);
        return {};
    }
    if ((opcode >= OP_TOALTSTACK && opcode <= OP_TUCK) || opcode == OP_SIZE)
        return stack_operation(opcode);
    if (opcode >= OP_1ADD && opcode <= OP_0NOTEQUAL) return unary(opcode);
    if (opcode >= OP_ADD && opcode <= OP_MAX) return binary(opcode);
    if (opcode >= OP_RIPEMD160 && opcode <= OP_HASH256) return hash(opcode);
    switch (opcode) {
        case OP_NOP: return {};
        case OP_VERIFY:
            if (!has(1)) return fail(ScriptError::invalid_stack_operation);
            return verified(true, ScriptError::verify);
        case OP_RETURN: return fail(ScriptError::op_return);
        case OP_EQUAL: return equal(false);
        case OP_EQUALVERIFY: return equal(true);
        case OP_WITHIN: return within();
        case OP_CODESEPARATOR: m_code = m_rest; return {};
        case OP_CHECKSIG: return check_signature(false);
        case OP_CHECKSIGVERIFY: return check_signature(true);
        case OP_CHECKMULTISIG: return check_multisig(false);
        case OP_CHECKMULTISIGVERIFY: return check_multisig(true);
        case OP_CHECKLOCKTIMEVERIFY: return flag(verify_checklocktimeverify) ? lock_time() : Step{};
        case OP_CHECKSEQUENCEVERIFY: return flag(verify_checksequenceverify) ? sequence() : Step{};
        default: break;
    }
    if (opcode == OP_NOP1 || (opcode >= OP_NOP4 && opcode <= OP_NOP10)) {
        if (flag(verify_discourage_upgradable_nops))
            return fail(ScriptError::discourage_upgradable_nops);
        return {};
    }
    return fail(ScriptError::bad_opcode);
}

/// How many elements an operation of the stack needs to find.
std::size_t operands_of(std::uint8_t opcode) {
    switch (opcode) {
        case OP_2DROP:
        case OP_2DUP:
        case OP_NIP:
        case OP_OVER:
        case OP_PICK:
        case OP_ROLL:
        case OP_SWAP:
        case OP_TUCK: return 2;
        case OP_3DUP:
        case OP_ROT: return 3;
        case OP_2OVER:
        case OP_2SWAP: return 4;
        case OP_2ROT: return 6;
        case OP_FROMALTSTACK:
        case OP_DEPTH: return 0;
        default: return 1;
    }
}

Step Machine::stack_operation(std::uint8_t opcode) {
    if (!has(operands_of(opcode))) return fail(ScriptError::invalid_stack_operation);
    const auto copy = [this](std::size_t depth) { push(Bytes(top(depth))); };
    const auto end = m_stack.end();
    switch (opcode) {
        case OP_TOALTSTACK: m_alt.push_back(take()); break;
        case OP_FROMALTSTACK:
            if (m_alt.empty()) return fail(ScriptError::invalid_altstack_operation);
            push(std::move(m_alt.back()));
            m_alt.pop_back();
            break;
        case OP_2DROP: drop(2); break;
        case OP_2DUP: copy(2), copy(2); break;
        case OP_3DUP: copy(3), copy(3), copy(3); break;
        case OP_2OVER: copy(4), copy(4); break;
        case OP_2ROT: std::rotate(end - 6, end - 4, end); break;
        case OP_2SWAP: std::rotate(end - 4, end - 2, end); break;
        case OP_IFDUP:
            if (is_true(top())) copy(1);
            break;
        case OP_DEPTH: push_number(static_cast<std::int64_t>(m_stack.size())); break;
        case OP_DROP: drop(1); break;
        case OP_DUP: copy(1); break;
        case OP_NIP: m_stack.erase(end - 2); break;
        case OP_OVER: copy(2); break;
        case OP_PICK: return pick_or_roll(false);
        case OP_ROLL: return pick_or_roll(true);
        case OP_ROT: std::rotate(end - 3, end - 2, end); break;
        case OP_SWAP: std::swap(top(1), top(2)); break;
        case OP_TUCK: m_stack.insert(end - 2, Bytes(top())); break;
        case OP_SIZE: push_number(static_cast<std::int64_t>(top().size())); break;
        default: return fail(ScriptError::bad_opcode);
    }
    return {};
}

Step Machine::pick_or_roll(bool roll) {
    RUNNEL_TRY(const auto depth, number(top()));
    drop(1);
    if (depth < 0 || static_cast<std::uint64_t>(depth) >= m_stack.size()) {
        return fail(ScriptError::invalid_stack_operation);
    }
    const auto at = m_stack.end() - 1 - static_cast<std::ptrdiff_t>(depth);
    Bytes element = *at;
    if (roll) m_stack.erase(at);
    push(std::move(element));
    return {};
}

Step Machine::unary(std::uint8_t opcode) {
    if (!has(1)) return fail(ScriptError::invalid_stack_operation);
    RUNNEL_TRY(auto value, number(top()));
    switch (opcode) {
        case OP_1ADD: ++value; break;
        case OP_1SUB: --value; break;
        case OP_NEGATE: value = -value; break;
        case OP_ABS: value = value < 0 ? -value : value; break;
        case OP_NOT: value = value == 0 ? 1 : 0; break;
        case OP_0NOTEQUAL: value = value != 0 ? 1 : 0; break;
        default: return fail(ScriptError::bad_opcode);
    }
    top() = encode_number(value);
    return {};
}

Step Machine::binary(std::uint8_t opcode) {
    if (!has(2)) return fail(ScriptError::invalid_stack_operation);
    RUNNEL_TRY(const auto a, number(top(2)));
    RUNNEL_TRY(const auto b, number(top(1)));
    std::int64_t out = 0;
    switch (opcode) {
        case OP_ADD: out = a + b; break;
        case OP_SUB: out = a - b; break;
        case OP_BOOLAND: out = a != 0 && b != 0; break;
        case OP_BOOLOR: out = a != 0 || b != 0; break;
        case OP_NUMEQUAL:
        case OP_NUMEQUALVERIFY: out = a == b; break;
        case OP_NUMNOTEQUAL: out = a != b; break;
        case OP_LESSTHAN: out = a < b; break;
        case OP_GREATERTHAN: out = a > b; break;
        case OP_LESSTHANOREQUAL: out = a <= b; break;
        case OP_GREATERTHANOREQUAL: out = a >= b; break;
        case OP_MIN: out = std::min(a, b); break;
        case OP_MAX: out = std::max(a, b); break;
        default: return fail(ScriptError::bad_opcode);
    }
    drop(2);
    push_number(out);
    return verified(opcode == OP_NUMEQUALVERIFY, ScriptError::numequal_verify);
}

Step Machine::within() {
    if (!has(3)) return fail(ScriptError::invalid_stack_operation);
    RUNNEL_TRY(const auto value, number(top(3)));
    RUNNEL_TRY(const auto least, number(top(2)));
    RUNNEL_TRY(const auto beyond, number(top(1)));
    drop(3);
    push_bool(least <= value && value < beyond);
    return {};
}

Step Machine::hash(std::uint8_t opcode) {
    if (!has(1)) return fail(ScriptError::invalid_stack_operation);
    const Bytes data = take();
    switch (opcode) {
        case OP_RIPEMD160: push(to_bytes(crypto::ripemd160(data).view())); break;
        case OP_SHA1: push(to_bytes(crypto::sha1(data).view())); break;
        case OP_SHA256: push(to_bytes(crypto::sha256(ByteView(data)).view())); break;
        case OP_HASH160: push(to_bytes(crypto::hash160(data).view())); break;
        default: push(to_bytes(crypto::sha256d(data).view())); break;
    }
    return {};
}

Step Machine::equal(bool verify) {
    if (!has(2)) return fail(ScriptError::invalid_stack_operation);
    const bool same = top(1) == top(2);
    drop(2);
    push_bool(same);
    return verified(verify, ScriptError::equal_verify);
}

/// What the signatures commit to. A bare script cannot contain its own signature, so those are cut
/// out first.
Step Machine::script_code(std::span<const Bytes* const> signatures, Script& out) const {
    out = to_bytes(m_code);
    if (m_rules != ScriptRules::bare) return {};
    for (const Bytes* signature : signatures) {
        std::size_t found = 0;
        out = without(out, plain_push(*signature), found);
        if (found > 0 && flag(verify_const_scriptcode))
            return fail(ScriptError::sig_find_and_delete);
    }
    return {};
}

Step Machine::check_signature(bool verify) {
    if (!has(2)) return fail(ScriptError::invalid_stack_operation);
    const Bytes key = take();
    const Bytes signature = take();
    const Bytes* const cut[] = {&signature};
    Script code;
    RUNNEL_CHECK(script_code(cut, code));
    RUNNEL_CHECK(check_signature_encoding(signature, m_flags));
    RUNNEL_CHECK(check_key_encoding(key, m_flags, m_rules));
    const bool ok = m_checker.check_signature(signature, key, code, m_rules);
    if (!ok && flag(verify_nullfail) && !signature.empty()) return fail(ScriptError::sig_null_fail);
    push_bool(ok);
    return verified(verify, ScriptError::checksig_verify);
}

/// Keys and signatures are both in order: each signature must fit a key after that of the one
/// before. Positions are depths.
Step Machine::multisig_matches(std::size_t keys_at, std::size_t keys, std::size_t sigs_at,
                               std::size_t sigs, bool& ok) {
    std::vector<const Bytes*> cut;
    for (std::size_t i = 0; i < sigs; ++i) cut.push_back(&top(sigs_at + i));
    Script code;
    RUNNEL_CHECK(script_code(cut, code));
    ok = true;
    for (; ok && sigs > 0; ++keys_at, --keys) {
        const Bytes& signature = top(sigs_at);
        const Bytes& key = top(keys_at);
        RUNNEL_CHECK(check_signature_encoding(signature, m_flags));
        RUNNEL_CHECK(check_key_encoding(key, m_flags, m_rules));
        if (m_checker.check_signature(signature, key, code, m_rules)) {
            ++sigs_at;
            --sigs;
        }
        ok = sigs < keys;  // enough keys left behind this one
    }
    return {};
}

Step Machine::check_multisig(bool verify) {
    if (!has(1)) return fail(ScriptError::invalid_stack_operation);
    RUNNEL_TRY(const auto key_count, number(top(1)));
    if (key_count < 0 || key_count > max_multisig_keys) return fail(ScriptError::pubkey_count);
    const auto keys = static_cast<std::size_t>(key_count);
    m_operations += keys;
    if (m_operations > max_operations) return fail(ScriptError::op_count);
    const std::size_t count_at = keys + 2;  // the number of signatures, below the keys
    if (!has(count_at)) return fail(ScriptError::invalid_stack_operation);
    RUNNEL_TRY(const auto sig_count, number(top(count_at)));
    if (sig_count < 0 || sig_count > key_count) return fail(ScriptError::sig_count);
    const auto sigs = static_cast<std::size_t>(sig_count);
    // The first implementation popped one element too many, and so must everybody.
    const std::size_t dummy_at = count_at + sigs + 1;
    if (!has(dummy_at)) return fail(ScriptError::invalid_stack_operation);

    bool ok = false;
    RUNNEL_CHECK(multisig_matches(2, keys, count_at + 1, sigs, ok));
    if (!ok && flag(verify_nullfail)) {
        for (std::size_t i = 0; i < sigs; ++i) {
            if (!top(count_at + 1 + i).empty()) return fail(ScriptError::sig_null_fail);
        }
    }
    if (flag(verify_nulldummy) && !top(dummy_at).empty()) return fail(ScriptError::sig_nulldummy);
    drop(dummy_at);
    push_bool(ok);
    return verified(verify, ScriptError::checkmultisig_verify);
}

Step Machine::lock_time() {
    if (!has(1)) return fail(ScriptError::invalid_stack_operation);
    RUNNEL_TRY(const auto value, number(top(), lock_number_size));
    if (value < 0) return fail(ScriptError::negative_locktime);
    if (!m_checker.check_lock_time(value)) return fail(ScriptError::unsatisfied_locktime);
    return {};
}

Step Machine::sequence() {
    if (!has(1)) return fail(ScriptError::invalid_stack_operation);
    RUNNEL_TRY(const auto value, number(top(), lock_number_size));
    if (value < 0) return fail(ScriptError::negative_locktime);
    constexpr std::int64_t disabled = std::int64_t{1} << 31;
    if ((value & disabled) != 0) return {};
    if (!m_checker.check_sequence(value)) return fail(ScriptError::unsatisfied_locktime);
    return {};
}

}  // namespace

bool is_true(ByteView element) {
    for (std::size_t i = 0; i < element.size(); ++i) {
        if (element[i] == 0) continue;
        return !(i + 1 == element.size() && element[i] == 0x80);  // negative zero
    }
    return false;
}

bool is_push_only(ByteView script) {
    while (!script.empty()) {
        const auto next = next_instruction(script);
        if (!next || next->opcode > OP_16) return false;
    }
    return true;
}

Script without(ByteView script, ByteView needle, std::size_t& found) {
    found = 0;
    if (needle.empty()) return to_bytes(script);
    Script out;
    out.reserve(script.size());
    for (;;) {
        while (script.size() >= needle.size() &&
               std::equal(needle.begin(), needle.end(), script.begin())) {
            script = script.subspan(needle.size());
            ++found;
        }
        const auto from = script;
        if (!next_instruction(script)) {
            append(out, from);  // the end, or what is no instruction any more
            return out;
        }
        append(out, from.first(from.size() - script.size()));
    }
}

Step run_script(ScriptStack& stack, ByteView script, std::uint32_t flags, const Checker& checker,
                ScriptRules rules) {
    return Machine(stack, flags, checker, rules).run(script);
}

}  // namespace runnel::bitcoin
