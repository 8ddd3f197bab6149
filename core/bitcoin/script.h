// Building and recognising scripts: opcodes, pushes, the standard output forms.
#pragma once

#include "core/bitcoin/transaction.h"
#include "core/crypto/keys.h"

#include <cstdint>
#include <optional>

namespace runnel::bitcoin {

/// The opcodes that our scripts and the interpreter use, under their Bitcoin names.
enum Opcode : std::uint8_t {
    OP_0 = 0x00,
    OP_PUSHDATA1 = 0x4c,
    OP_PUSHDATA2 = 0x4d,
    OP_PUSHDATA4 = 0x4e,
    OP_1NEGATE = 0x4f,
    OP_RESERVED = 0x50,
    OP_1 = 0x51,
    OP_2 = 0x52,
    OP_3 = 0x53,
    OP_16 = 0x60,
    OP_NOP = 0x61,
    OP_VER = 0x62,
    OP_IF = 0x63,
    OP_NOTIF = 0x64,
    OP_VERIF = 0x65,
    OP_VERNOTIF = 0x66,
    OP_ELSE = 0x67,
    OP_ENDIF = 0x68,
    OP_VERIFY = 0x69,
    OP_RETURN = 0x6a,
    OP_TOALTSTACK = 0x6b,
    OP_FROMALTSTACK = 0x6c,
    OP_2DROP = 0x6d,
    OP_2DUP = 0x6e,
    OP_3DUP = 0x6f,
    OP_2OVER = 0x70,
    OP_2ROT = 0x71,
    OP_2SWAP = 0x72,
    OP_IFDUP = 0x73,
    OP_DEPTH = 0x74,
    OP_DROP = 0x75,
    OP_DUP = 0x76,
    OP_NIP = 0x77,
    OP_OVER = 0x78,
    OP_PICK = 0x79,
    OP_ROLL = 0x7a,
    OP_ROT = 0x7b,
    OP_SWAP = 0x7c,
    OP_TUCK = 0x7d,
    OP_CAT = 0x7e,
    OP_SUBSTR = 0x7f,
    OP_LEFT = 0x80,
    OP_RIGHT = 0x81,
    OP_SIZE = 0x82,
    OP_INVERT = 0x83,
    OP_AND = 0x84,
    OP_OR = 0x85,
    OP_XOR = 0x86,
    OP_EQUAL = 0x87,
    OP_EQUALVERIFY = 0x88,
    OP_RESERVED1 = 0x89,
    OP_RESERVED2 = 0x8a,
    OP_1ADD = 0x8b,
    OP_1SUB = 0x8c,
    OP_2MUL = 0x8d,
    OP_2DIV = 0x8e,
    OP_NEGATE = 0x8f,
    OP_ABS = 0x90,
    OP_NOT = 0x91,
    OP_0NOTEQUAL = 0x92,
    OP_ADD = 0x93,
    OP_SUB = 0x94,
    OP_MUL = 0x95,
    OP_DIV = 0x96,
    OP_MOD = 0x97,
    OP_LSHIFT = 0x98,
    OP_RSHIFT = 0x99,
    OP_BOOLAND = 0x9a,
    OP_BOOLOR = 0x9b,
    OP_NUMEQUAL = 0x9c,
    OP_NUMEQUALVERIFY = 0x9d,
    OP_NUMNOTEQUAL = 0x9e,
    OP_LESSTHAN = 0x9f,
    OP_GREATERTHAN = 0xa0,
    OP_LESSTHANOREQUAL = 0xa1,
    OP_GREATERTHANOREQUAL = 0xa2,
    OP_MIN = 0xa3,
    OP_MAX = 0xa4,
    OP_WITHIN = 0xa5,
    OP_RIPEMD160 = 0xa6,
    OP_SHA1 = 0xa7,
    OP_SHA256 = 0xa8,
    OP_HASH160 = 0xa9,
    OP_HASH256 = 0xaa,
    OP_CODESEPARATOR = 0xab,
    OP_CHECKSIG = 0xac,
    OP_CHECKSIGVERIFY = 0xad,
    OP_CHECKMULTISIG = 0xae,
    OP_CHECKMULTISIGVERIFY = 0xaf,
    OP_NOP1 = 0xb0,
    OP_CHECKLOCKTIMEVERIFY = 0xb1,
    OP_CHECKSEQUENCEVERIFY = 0xb2,
    OP_NOP4 = 0xb3,
    OP_NOP10 = 0xb9,
};

/// Appends opcodes, minimal pushes and minimal numbers.
class ScriptBuilder {
public:
    ScriptBuilder& op(Opcode opcode);
    /// The shortest push of these bytes (OP_0, OP_1 to OP_16, OP_1NEGATE where they mean the same).
    ScriptBuilder& push(ByteView bytes);
    ScriptBuilder& number(std::int64_t value);
    Script take() { return std::move(m_script); }

private:
    Script m_script;
};

/// One step through a script: an opcode and its push, if it is one.
struct Instruction {
    std::uint8_t opcode = 0;
    ByteView push;
};
/// Advances `rest`; nothing at the end or when a push reaches beyond it (then `rest` is not empty).
std::optional<Instruction> next_instruction(ByteView& rest);

Script p2wpkh(const crypto::PublicKey& key);
Script p2wpkh(const Hash160& key_hash);
Script p2wsh(ByteView witness_script);
Script p2tr(const crypto::XOnlyKey& output_key);
Script p2pkh(const Hash160& key_hash);
Script p2sh(const Hash160& script_hash);
/// The script code BIP 143 signs for P2WPKH: DUP HASH160 <hash> EQUALVERIFY CHECKSIG.
Script p2wpkh_script_code(const Hash160& key_hash);

/// A witness program: OP_0 or OP_1 to OP_16, then one push of 2 to 40 bytes (BIP 141).
struct WitnessProgram {
    int version = 0;
    ByteView program;
};
std::optional<WitnessProgram> witness_program(ByteView script);
bool is_p2wpkh(ByteView script);
bool is_p2wsh(ByteView script);
bool is_p2tr(ByteView script);
bool is_p2pkh(ByteView script);
bool is_p2sh(ByteView script);

/// Below this an output of that script is not relayed at 3 sat/vB dust feerate (BOLT 3, "Dust
/// Limits").
Sat dust_limit(ByteView script);

}  // namespace runnel::bitcoin
