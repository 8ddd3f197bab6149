#include "wallet/chain/fee_rates.h"

#include <algorithm>
#include <cmath>

namespace runnel::chain {

std::optional<std::uint64_t> sat_per_kvb(double coins_per_kvb) {
    // Eight decimals below ten: exact in a double, whatever way they were written.
    if (!(coins_per_kvb > 0) || !(coins_per_kvb < 10)) return std::nullopt;
    const auto out = std::llround(coins_per_kvb * 1e8);
    if (out <= 0) return std::nullopt;
    return static_cast<std::uint64_t>(out);
}

FeeratePerKw per_kw(std::uint64_t sat_per_kvb) {
    const std::uint64_t bounded =
        std::min<std::uint64_t>(sat_per_kvb, 4 * std::uint64_t{feerate_ceiling.raw()});
    return FeeratePerKw(static_cast<std::uint32_t>((bounded + 3) / 4));
}

FeeratePerKw floor_per_kw(std::uint64_t sat_per_kvb) {
    const std::uint64_t bounded =
        std::min<std::uint64_t>(sat_per_kvb, 4 * std::uint64_t{feerate_ceiling.raw()});
    const std::uint64_t raised = (bounded * 253 + 999) / 1000;
    return FeeratePerKw(static_cast<std::uint32_t>(
        std::clamp<std::uint64_t>(raised, feerate_floor.raw(), feerate_ceiling.raw())));
}

ports::FeeEstimates fee_estimates(const FeeAnswers& answers) {
    ports::FeeEstimates out;
    out.mempool_min =
        floor_per_kw(std::max(answers.mempool_min.value_or(0), answers.relay_min.value_or(0)));
    if (answers.six || answers.next) {
        out.known = true;
        out.normal = per_kw(answers.six ? *answers.six : *answers.next);
        out.urgent = answers.next ? per_kw(*answers.next) : out.normal;
        out.slow = answers.day ? per_kw(*answers.day) : out.normal;
    }
    // Estimates are made one by one and need not be in order.
    out.slow = std::clamp(out.slow, out.mempool_min, feerate_ceiling);
    out.normal = std::clamp(out.normal, out.slow, feerate_ceiling);
    out.urgent = std::clamp(out.urgent, out.normal, feerate_ceiling);
    return out;
}

}  // namespace runnel::chain
