// Any bytes as a script. Input: one byte of flags, one of a form, then the script, which is run
// bare, as a P2WSH witness script over a few small arguments, and walked; and any bytes as a whole
// spend. Nothing may crash, and a looser judge never refuses what a stricter one accepts.
#include "core/bitcoin/interpreter.h"
#include "core/bitcoin/script.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace runnel;
    using namespace runnel::bitcoin;
    if (size < 2) return 0;
    const Bytes script(data + 2, data + size);

    ByteView rest = script;
    std::size_t instructions = 0;
    while (next_instruction(rest)) {
        if (++instructions > script.size()) std::abort();
    }

    Transaction tx;
    tx.inputs.resize(1);
    tx.inputs[0].sequence = data[1];
    tx.lock_time = data[1];
    TxOut spent{Sat(1000), script};
    switch (data[1] % 3) {
        case 0: break;
        case 1:
            spent.script = p2wsh(script);
            for (std::uint8_t i = 0; i < data[1] % 16; ++i)
                tx.inputs[0].witness.push_back(Bytes(i % 5, i));
            tx.inputs[0].witness.push_back(script);
            break;
        default:
            tx.inputs[0].script_sig = Bytes(
                script.begin(), script.begin() + static_cast<std::ptrdiff_t>(script.size() / 2));
            spent.script.erase(
                spent.script.begin(),
                spent.script.begin() + static_cast<std::ptrdiff_t>(script.size() / 2));
            break;
    }
    tx.outputs.push_back({Sat(1), {}});
    const std::span<const TxOut> coins(&spent, 1);
    const bool strict = verify_input(tx, 0, coins, standard_flags).has_value();
    const bool loose = verify_input(tx, 0, coins, consensus_flags).has_value();
    if (strict && !loose) std::abort();
    (void)verify_input(tx, 0, coins, std::uint32_t{data[0]} << (data[1] % 11));
    (void)witness_program(script);
    (void)dust_limit(script);
    return 0;
}
