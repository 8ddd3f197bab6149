#include "core/gossip/policy.h"

#include "core/gossip/announcement.h"

#include <algorithm>

namespace runnel::gossip {

ForwardingPolicy policy_of(const wire::ChannelUpdate& update) {
    ForwardingPolicy out;
    out.cltv_expiry_delta = update.cltv_expiry_delta;
    out.htlc_minimum_msat = update.htlc_minimum_msat;
    out.htlc_maximum_msat = update.htlc_maximum_msat;
    out.fee_base_msat = update.fee_base_msat;
    out.fee_proportional_millionths = update.fee_proportional_millionths;
    out.disabled = (update.channel_flags & wire::channel_flag_disable) != 0;
    return out;
}

std::optional<Msat> forwarding_fee(const ForwardingPolicy& policy, Msat amount) {
    // amount * rate / 10^6 in two parts, neither of which overflows but by a result that is too
    // large.
    constexpr std::uint64_t million = 1'000'000;
    const std::uint64_t rate = policy.fee_proportional_millionths;
    std::uint64_t whole = 0;
    if (__builtin_mul_overflow(amount.raw() / million, rate, &whole)) return std::nullopt;
    const auto proportional = add(Msat(whole), Msat(amount.raw() % million * rate / million));
    return proportional ? add(*proportional, Msat(policy.fee_base_msat)) : std::nullopt;
}

wire::ChannelUpdate unsigned_update(const UpdateSubject& subject, const ForwardingPolicy& policy,
                                    std::uint32_t timestamp) {
    wire::ChannelUpdate out;
    out.chain_hash = subject.chain_hash;
    out.short_channel_id = subject.short_channel_id;
    out.timestamp = timestamp;
    out.message_flags = wire::message_flag_must_be_one;
    if (!subject.is_public) out.message_flags |= wire::message_flag_dont_forward;
    if (!is_node_1(subject.our_node_id, subject.their_node_id)) {
        out.channel_flags |= wire::channel_flag_direction;
    }
    if (policy.disabled) out.channel_flags |= wire::channel_flag_disable;
    out.cltv_expiry_delta = policy.cltv_expiry_delta;
    out.htlc_minimum_msat = policy.htlc_minimum_msat;
    out.htlc_maximum_msat = policy.htlc_maximum_msat;
    out.fee_base_msat = policy.fee_base_msat;
    out.fee_proportional_millionths = policy.fee_proportional_millionths;
    return out;
}

std::string_view to_string(UpdateFault fault) {
    switch (fault) {
        case UpdateFault::other_chain: return "other_chain";
        case UpdateFault::unknown_channel: return "unknown_channel";
        case UpdateFault::not_theirs: return "not_theirs";
        case UpdateFault::stale: return "stale";
        case UpdateFault::bad_range: return "bad_range";
        case UpdateFault::bad_signature: return "bad_signature";
    }
    return "unknown";
}

Result<ForwardingPolicy, UpdateFault> accept_update(const wire::ChannelUpdate& update,
                                                    const UpdateExpectation& expected) {
    if (update.chain_hash != expected.chain_hash) return fail(UpdateFault::other_chain);
    const auto& ids = expected.short_channel_ids;
    if (std::find(ids.begin(), ids.end(), update.short_channel_id) == ids.end()) {
        return fail(UpdateFault::unknown_channel);
    }
    const bool from_node_1 = (update.channel_flags & wire::channel_flag_direction) == 0;
    if (from_node_1 != is_node_1(expected.their_node_id, expected.our_node_id)) {
        return fail(UpdateFault::not_theirs);
    }
    if (expected.last_timestamp && update.timestamp <= *expected.last_timestamp) {
        return fail(UpdateFault::stale);
    }
    if (update.htlc_maximum_msat < update.htlc_minimum_msat) return fail(UpdateFault::bad_range);
    if (!verify(update, expected.their_node_id)) return fail(UpdateFault::bad_signature);
    return policy_of(update);
}

}  // namespace runnel::gossip
