// Why the mempool refuses: in words, and in those of Bitcoin Core.
#include "core/sim/mempool.h"

namespace runnel::sim {

std::string_view to_string(MempoolReject reason) {
    switch (reason) {
        case MempoolReject::malformed: return "malformed";
        case MempoolReject::coinbase: return "coinbase";
        case MempoolReject::version: return "version";
        case MempoolReject::too_heavy: return "too_heavy";
        case MempoolReject::too_small: return "too_small";
        case MempoolReject::script_sig_form: return "script_sig_form";
        case MempoolReject::output_form: return "output_form";
        case MempoolReject::dust: return "dust";
        case MempoolReject::not_final: return "not_final";
        case MempoolReject::already_known: return "already_known";
        case MempoolReject::already_confirmed: return "already_confirmed";
        case MempoolReject::missing_input: return "missing_input";
        case MempoolReject::immature_coinbase: return "immature_coinbase";
        case MempoolReject::relative_lock: return "relative_lock";
        case MempoolReject::inputs_below_outputs: return "inputs_below_outputs";
        case MempoolReject::witness_form: return "witness_form";
        case MempoolReject::fee_below_floor: return "fee_below_floor";
        case MempoolReject::too_long_chain: return "too_long_chain";
        case MempoolReject::truc: return "truc";
        case MempoolReject::replacement_spends_conflict: return "replacement_spends_conflict";
        case MempoolReject::replacement_new_unconfirmed: return "replacement_new_unconfirmed";
        case MempoolReject::replacement_too_many: return "replacement_too_many";
        case MempoolReject::replacement_feerate: return "replacement_feerate";
        case MempoolReject::replacement_fee: return "replacement_fee";
        case MempoolReject::script_invalid: return "script_invalid";
        case MempoolReject::package_shape: return "package_shape";
    }
    return "unknown";
}

std::string_view relay_word(MempoolReject reason) {
    switch (reason) {
        case MempoolReject::malformed: return "bad-txns";
        case MempoolReject::coinbase: return "coinbase";
        case MempoolReject::version: return "version";
        case MempoolReject::too_heavy: return "tx-size";
        case MempoolReject::too_small: return "tx-size-small";
        case MempoolReject::script_sig_form: return "scriptsig-not-pushonly";
        case MempoolReject::output_form: return "scriptpubkey";
        case MempoolReject::dust: return "dust";
        case MempoolReject::not_final: return "non-final";
        case MempoolReject::already_known: return "txn-already-in-mempool";
        case MempoolReject::already_confirmed: return "txn-already-known";
        case MempoolReject::missing_input: return "bad-txns-inputs-missingorspent";
        case MempoolReject::immature_coinbase: return "bad-txns-premature-spend-of-coinbase";
        case MempoolReject::relative_lock: return "non-BIP68-final";
        case MempoolReject::inputs_below_outputs: return "bad-txns-in-belowout";
        case MempoolReject::witness_form: return "bad-witness-nonstandard";
        case MempoolReject::fee_below_floor: return "min relay fee not met";
        case MempoolReject::too_long_chain: return "too-long-mempool-chain";
        case MempoolReject::truc: return "TRUC-violation";
        case MempoolReject::replacement_spends_conflict: return "bad-txns-spends-conflicting-tx";
        case MempoolReject::replacement_new_unconfirmed: return "replacement-adds-unconfirmed";
        case MempoolReject::replacement_too_many: return "too many potential replacements";
        case MempoolReject::replacement_feerate:
        case MempoolReject::replacement_fee: return "insufficient fee";
        case MempoolReject::script_invalid: return "mandatory-script-verify-flag-failed";
        case MempoolReject::package_shape: return "package-not-child-with-parents";
    }
    return "unknown";
}

}  // namespace runnel::sim
