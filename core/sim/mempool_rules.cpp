#include "core/sim/mempool_rules.h"

#include "core/bitcoin/script.h"

namespace runnel::sim {

using namespace bitcoin;

namespace {

constexpr std::uint32_t max_version = 3;
constexpr std::size_t min_stripped_size = 65;
constexpr std::size_t max_script_sig = 1650;
constexpr std::size_t max_data_output = 83;
constexpr std::size_t max_witness_script = 3600;
constexpr std::size_t max_witness_elements = 100;
constexpr std::size_t max_witness_element = 80;

bool is_push_only(ByteView script) {
    while (!script.empty()) {
        const auto next = next_instruction(script);
        if (!next || next->opcode > OP_16) return false;
    }
    return true;
}

bool is_standard_output(ByteView script) {
    if (!script.empty() && script[0] == OP_RETURN) {
        return script.size() <= max_data_output && is_push_only(script.subspan(1));
    }
    if (const auto program = witness_program(script)) {
        return program->version != 0 || is_p2wpkh(script) || is_p2wsh(script);
    }
    return is_p2pkh(script) || is_p2sh(script);
}

}  // namespace

std::optional<MempoolReject> check_standard(const Transaction& tx, const RelayPolicy& policy) {
    if (tx.version < 1 || tx.version > max_version) return MempoolReject::version;
    if (tx.weight() > policy.max_weight) return MempoolReject::too_heavy;
    if (tx.serialise_without_witness().size() < min_stripped_size) return MempoolReject::too_small;
    for (const auto& input : tx.inputs) {
        if (input.script_sig.size() > max_script_sig || !is_push_only(input.script_sig)) {
            return MempoolReject::script_sig_form;
        }
    }
    for (const auto& output : tx.outputs) {
        if (!is_standard_output(output.script)) return MempoolReject::output_form;
        if (output.value < dust_limit(output.script)) return MempoolReject::dust;
    }
    return std::nullopt;
}

bool is_standard_witness(const TxIn& input, const TxOut& spent) {
    if (!is_p2wsh(spent.script) || input.witness.empty()) return true;
    if (input.witness.back().size() > max_witness_script) return false;
    if (input.witness.size() - 1 > max_witness_elements) return false;
    return std::all_of(input.witness.begin(), input.witness.end() - 1,
                       [](const Bytes& element) { return element.size() <= max_witness_element; });
}

Sat fee_for(FeeratePerKw rate, std::uint64_t vsize) { return rate.fee_ceil(vsize * 4); }

bool is_higher_feerate(Sat fee_a, std::uint64_t size_a, Sat fee_b, std::uint64_t size_b) {
    // Fees reach 2^51 and sizes 2^20: 128 bits hold the products.
    __extension__ using Wide = unsigned __int128;
    return Wide{fee_a.raw()} * size_b > Wide{fee_b.raw()} * size_a;
}

}  // namespace runnel::sim
