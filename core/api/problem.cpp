#include "core/api/problem.h"

#include <array>

namespace runnel::api {

std::string_view to_string(ProblemKind kind) {
    static constexpr std::array<std::string_view, 43> names{"bad_request",
                                                            "unknown_command_target",
                                                            "not_synced",
                                                            "chain_gone",
                                                            "peer_not_connected",
                                                            "connect_failed",
                                                            "peer_refused",
                                                            "insufficient_funds",
                                                            "reserve_needed",
                                                            "amount_too_small",
                                                            "amount_too_large",
                                                            "amount_missing",
                                                            "feerate_out_of_range",
                                                            "no_usable_channel",
                                                            "no_route",
                                                            "insufficient_liquidity",
                                                            "fee_limit",
                                                            "expired",
                                                            "already_paid",
                                                            "in_flight",
                                                            "own_invoice",
                                                            "payee_refused",
                                                            "payment_failed",
                                                            "timed_out",
                                                            "wrong_network",
                                                            "malformed",
                                                            "unsupported",
                                                            "channel_not_open",
                                                            "broadcast_refused",
                                                            "disk_full",
                                                            "busy",
                                                            "internal",
                                                            "commitment_underpaid",
                                                            "practice_gone",
                                                            "faucet_dry",
                                                            "funding_lost",
                                                            "chain_unknown",
                                                            "chain_behind",
                                                            "chain_pruned",
                                                            "store_in_doubt",
                                                            "no_package_relay",
                                                            "cancelled",
                                                            "send_lost"};
    static_assert(static_cast<std::size_t>(last_problem_kind) + 1 == names.size());
    return names.at(static_cast<std::size_t>(kind));
}

}  // namespace runnel::api
