#include "core/payment/route.h"

#include "core/api/command.h"

#include <algorithm>
#include <set>

namespace runnel::payment {

namespace {

constexpr std::uint64_t million = 1'000'000;

template <typename Before>
std::vector<std::size_t> sorted(std::span<const Lane> lanes, Before before) {
    std::vector<std::size_t> order(lanes.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), before);
    return order;
}

/// Nothing is cheaper than no hop; beyond that few large parts mostly cost less than many small
/// ones.
std::vector<std::size_t> largest_first(std::span<const Lane> lanes) {
    return sorted(lanes, [&](std::size_t a, std::size_t b) {
        const bool direct_a = lanes[a].hops.empty();
        const bool direct_b = lanes[b].hops.empty();
        if (direct_a != direct_b) return direct_a;
        return lanes[a].can_send > lanes[b].can_send;
    });
}

/// By what all of the amount would cost there: for when the large ones are too dear.
std::vector<std::size_t> cheapest_first(std::span<const Lane> lanes, Msat amount) {
    std::vector<Msat> sent;
    for (const auto& lane : lanes)
        sent.push_back(amount_to_send(lane.hops, amount).value_or(Msat(UINT64_MAX)));
    return sorted(lanes, [&](std::size_t a, std::size_t b) { return sent[a] < sent[b]; });
}

/// Takes what one HTLC can carry from each lane, in the given order, until nothing is left.
std::vector<Share> fill(std::span<const Lane> lanes, std::span<const std::size_t> order,
                        Msat amount, Msat& left) {
    std::vector<Share> shares;
    std::set<std::size_t> used;
    // A rest smaller than this could be refused by the peer that is to carry it.
    Msat least_rest(1);
    for (const auto& lane : lanes) least_rest = std::max(least_rest, lane.least);
    left = amount;
    for (const std::size_t index : order) {
        const Lane& lane = lanes[index];
        if (left.is_zero()) break;
        if (used.count(lane.channel) != 0) continue;
        Msat take = std::min(left, deliverable(lane.hops, lane.can_send));
        const Msat rest = left - take;
        if (!rest.is_zero() && rest < least_rest) take = sub_or_zero(take, least_rest - rest);
        const auto sent = amount_to_send(lane.hops, take);
        if (take.is_zero() || !sent || *sent < lane.least) continue;
        used.insert(lane.channel);
        shares.push_back(Share{index, take, *sent - take});
        left -= take;
    }
    return shares;
}

}  // namespace

std::optional<Msat> hop_fee(const HintHop& hop, Msat amount) {
    // floor(amount * ppm / 10^6) without a product of more than 64 bits: amount = q * 10^6 + r.
    std::uint64_t whole = 0;
    if (__builtin_mul_overflow(amount.raw() / million,
                               std::uint64_t{hop.fee_proportional_millionths}, &whole))
        return std::nullopt;
    const std::uint64_t part = amount.raw() % million * hop.fee_proportional_millionths / million;
    const auto proportional = add(Msat(whole), Msat(part));
    return proportional ? add(*proportional, hop.fee_base_msat) : std::nullopt;
}

std::optional<Msat> amount_to_send(std::span<const HintHop> hops, Msat arrives) {
    Msat amount = arrives;
    for (std::size_t i = hops.size(); i-- > 0;) {
        const auto fee = hop_fee(hops[i], amount);
        const auto sum = fee ? add(amount, *fee) : std::nullopt;
        if (!sum) return std::nullopt;
        amount = *sum;
    }
    return amount;
}

Msat deliverable(std::span<const HintHop> hops, Msat budget) {
    if (hops.empty()) return budget;
    // What must be sent grows with what arrives: halve the range.
    std::uint64_t low = 0;
    std::uint64_t high = budget.raw();
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2 + 1;
        const auto sent = amount_to_send(hops, Msat(middle));
        if (sent && *sent <= budget) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return Msat(low);
}

std::optional<BlockDelta> delta_of(std::span<const HintHop> hops) {
    std::uint64_t sum = 0;
    for (const auto& hop : hops) {
        sum += hop.cltv_expiry_delta.raw();
        if (sum > max_route_delta.raw()) return std::nullopt;
    }
    return BlockDelta(static_cast<std::uint32_t>(sum));
}

Result<std::vector<Share>, SplitError> split(std::span<const Lane> lanes, Msat amount, Msat max_fee,
                                             bool parts_allowed) {
    std::optional<Share> best;
    std::optional<Msat> least;
    Msat most;
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        const Lane& lane = lanes[i];
        const Msat can = deliverable(lane.hops, lane.can_send);
        most = std::max(most, can);
        const auto sent = amount_to_send(lane.hops, amount);
        if (!sent || *sent > lane.can_send) continue;
        if (*sent < lane.least) {
            least = least ? std::min(*least, lane.least) : lane.least;
            continue;
        }
        const Msat fee = *sent - amount;
        // Of equally cheap ones the smallest that is enough: large channels stay free for large
        // payments.
        const bool better = !best || fee < best->fee ||
                            (fee == best->fee && lane.can_send < lanes[best->lane].can_send);
        if (better) best = Share{i, amount, fee};
    }
    if (best && best->fee <= max_fee) return std::vector<Share>{*best};
    // With parts, some of the amount may go where it costs less than all of it does.
    std::optional<Msat> cheapest;
    if (best) cheapest = best->fee;
    if (parts_allowed) {
        for (const auto& order : {largest_first(lanes), cheapest_first(lanes, amount)}) {
            Msat left;
            auto shares = fill(lanes, order, amount, left);
            if (!left.is_zero()) {
                most = std::max(most, amount - left);
                continue;
            }
            Msat fee;
            for (const auto& share : shares) fee += share.fee;
            if (fee <= max_fee) return shares;
            cheapest = std::min(fee, cheapest.value_or(fee));
        }
    }
    if (cheapest) return fail(SplitError(FeeTooHigh{*cheapest}));
    if (least) return fail(SplitError(BelowLeast{*least}));
    return fail(SplitError(TooLittle{most}));
}

std::optional<Layers> layers(std::span<const HintHop> hops, const crypto::PublicKey& payee,
                             Msat arrives, BlockHeight final_expiry, onion::FinalPayload final) {
    final.amt_to_forward = arrives;
    final.outgoing_cltv_value = final_expiry;
    Layers out;
    out.hops.resize(hops.size() + 1);
    out.hops.back() = onion::Hop{payee, onion::encode_payload(final)};
    out.amount = arrives;
    out.expiry = final_expiry;
    for (std::size_t i = hops.size(); i-- > 0;) {
        const HintHop& hop = hops[i];
        out.hops[i] = onion::Hop{hop.node_id, onion::encode_payload(onion::ForwardPayload{
                                                  out.amount, out.expiry, hop.short_channel_id})};
        const auto fee = hop_fee(hop, out.amount);
        const auto sum = fee ? add(out.amount, *fee) : std::nullopt;
        if (!sum) return std::nullopt;
        out.amount = *sum;
        out.expiry = out.expiry + hop.cltv_expiry_delta;
    }
    return out;
}

Msat default_max_fee(Msat amount) { return api::usual_max_fee(amount); }

}  // namespace runnel::payment
