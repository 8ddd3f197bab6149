// BOLT 2, "Channel Establishment v1": what we ask, what we accept, and the four messages up to the
// first commitments.
#include "core/channel/channel.h"
#include "core/channel/phases.h"

#include <algorithm>
#include <array>
#include <utility>

namespace runnel::channel {

namespace {

using wire::Feature;

constexpr std::uint16_t max_htlcs = 483;  // BOLT 2: a commitment with more would not be relayed
constexpr Sat least_dust_limit{354};      // BOLT 3, Dust Limits
constexpr Sat most_dust_limit{5'000};
constexpr Sat small_channel_end{1 << 24};  // BOLT 2: without option_support_large_channel

ChannelFault unacceptable(std::string_view field, std::uint64_t got, std::uint64_t limit) {
    return ChannelFault{FaultKind::unacceptable_terms, got, limit, field};
}

std::uint16_t delay_for(const Policy& policy, Sat funding) {
    return funding >= policy.large_channel ? policy.to_self_delay_large : policy.to_self_delay;
}

Terms our_terms(const Policy& policy, Sat funding) {
    Terms terms;
    terms.dust_limit_satoshis = policy.dust_limit;
    terms.max_htlc_value_in_flight_msat = funding.msat();
    terms.channel_reserve_satoshis = reserve_for(funding, policy.dust_limit, Sat(0));
    terms.htlc_minimum_msat = policy.htlc_minimum;
    terms.to_self_delay = delay_for(policy, funding);
    terms.max_accepted_htlcs = policy.max_accepted_htlcs;
    return terms;
}

template <typename M>
Terms terms_in(const M& m) {
    return Terms{m.dust_limit_satoshis,
                 m.max_htlc_value_in_flight_msat,
                 m.channel_reserve_satoshis,
                 m.htlc_minimum_msat,
                 m.to_self_delay,
                 m.max_accepted_htlcs};
}

template <typename M>
void put_terms(M& m, const Terms& terms) {
    m.dust_limit_satoshis = terms.dust_limit_satoshis;
    m.max_htlc_value_in_flight_msat = terms.max_htlc_value_in_flight_msat;
    m.channel_reserve_satoshis = terms.channel_reserve_satoshis;
    m.htlc_minimum_msat = terms.htlc_minimum_msat;
    m.to_self_delay = terms.to_self_delay;
    m.max_accepted_htlcs = terms.max_accepted_htlcs;
}

template <typename M>
ports::ChannelPublicKeys keys_in(const M& m) {
    return {m.funding_pubkey, m.revocation_basepoint, m.payment_basepoint,
            m.delayed_payment_basepoint, m.htlc_basepoint};
}

template <typename M>
void put_keys(M& m, const ports::ChannelSigner& signer) {
    const auto& keys = signer.public_keys();
    m.funding_pubkey = keys.funding_pubkey;
    m.revocation_basepoint = keys.revocation_basepoint;
    m.payment_basepoint = keys.payment_basepoint;
    m.delayed_payment_basepoint = keys.delayed_payment_basepoint;
    m.htlc_basepoint = keys.htlc_basepoint;
    m.first_per_commitment_point = signer.commitment_point(CommitmentNumber(0));
}

/// What we cannot live with in their terms, whoever funds.
std::optional<ChannelFault> terms_fault(const Policy& policy, Sat funding, const Terms& theirs,
                                        const Terms& ours) {
    if (theirs.dust_limit_satoshis < least_dust_limit) {
        return unacceptable("dust_limit_satoshis", theirs.dust_limit_satoshis.raw(),
                            least_dust_limit.raw());
    }
    if (theirs.dust_limit_satoshis > most_dust_limit) {
        return unacceptable("dust_limit_satoshis", theirs.dust_limit_satoshis.raw(),
                            most_dust_limit.raw());
    }
    const Sat reserve_cap(funding.raw() / 5);
    if (theirs.channel_reserve_satoshis > reserve_cap) {
        return unacceptable("channel_reserve_satoshis", theirs.channel_reserve_satoshis.raw(),
                            reserve_cap.raw());
    }
    // Each reserve must be an output on the other's commitment, or there is nothing to lose by
    // cheating.
    if (theirs.channel_reserve_satoshis < ours.dust_limit_satoshis) {
        return unacceptable("channel_reserve_satoshis", theirs.channel_reserve_satoshis.raw(),
                            ours.dust_limit_satoshis.raw());
    }
    if (theirs.dust_limit_satoshis > theirs.channel_reserve_satoshis) {
        return unacceptable("dust_limit_satoshis", theirs.dust_limit_satoshis.raw(),
                            theirs.channel_reserve_satoshis.raw());
    }
    if (theirs.dust_limit_satoshis > ours.channel_reserve_satoshis) {
        return unacceptable("dust_limit_satoshis", theirs.dust_limit_satoshis.raw(),
                            ours.channel_reserve_satoshis.raw());
    }
    if (theirs.to_self_delay > policy.max_to_self_delay) {
        return unacceptable("to_self_delay", theirs.to_self_delay, policy.max_to_self_delay);
    }
    if (theirs.max_accepted_htlcs == 0 || theirs.max_accepted_htlcs > max_htlcs) {
        return unacceptable("max_accepted_htlcs", theirs.max_accepted_htlcs, max_htlcs);
    }
    // A channel through which nothing sensible can be paid is a trap for the money in it.
    const Msat most_minimum(funding.msat().raw() / 100);
    if (theirs.htlc_minimum_msat > most_minimum) {
        return unacceptable("htlc_minimum_msat", theirs.htlc_minimum_msat.raw(),
                            most_minimum.raw());
    }
    if (theirs.max_htlc_value_in_flight_msat < most_minimum) {
        return unacceptable("max_htlc_value_in_flight_msat",
                            theirs.max_htlc_value_in_flight_msat.raw(), most_minimum.raw());
    }
    return std::nullopt;
}

/// A key of ours that they name as their own. Whose a commitment is, and whose an output, is told
/// by the keys in the scripts: with our payment_basepoint as theirs, what they have revoked would
/// pass for a commitment of our making and go unpunished. Nobody honest comes to such a key.
template <typename M>
std::optional<ChannelFault> keys_fault(const M& m, const ports::ChannelSigner& signer) {
    const auto& keys = signer.public_keys();
    const std::array<crypto::PublicKey, 6> ours{
        keys.funding_pubkey,    keys.revocation_basepoint,
        keys.payment_basepoint, keys.delayed_payment_basepoint,
        keys.htlc_basepoint,    signer.commitment_point(CommitmentNumber(0))};
    const std::array<std::pair<std::string_view, crypto::PublicKey>, 6> theirs{
        {{"funding_pubkey", m.funding_pubkey},
         {"revocation_basepoint", m.revocation_basepoint},
         {"payment_basepoint", m.payment_basepoint},
         {"delayed_payment_basepoint", m.delayed_payment_basepoint},
         {"htlc_basepoint", m.htlc_basepoint},
         {"first_per_commitment_point", m.first_per_commitment_point}}};
    for (const auto& [field, key] : theirs) {
        if (std::find(ours.begin(), ours.end(), key) != ours.end())
            return ChannelFault{FaultKind::shared_key, 0, 0, field};
    }
    return std::nullopt;
}

/// The first commitments must be payable by the funder, and at least one side must be above its
/// reserve.
std::optional<ChannelFault> first_balances_fault(Sat funding, Msat push, FeeratePerKw feerate,
                                                 Sat highest_reserve) {
    if (push > funding.msat()) return unacceptable("push_msat", push.raw(), funding.msat().raw());
    const Msat funder = funding.msat() - push;
    const Msat cost = funder_cost(feerate, 0).msat();
    if (funder < cost) return unacceptable("feerate_per_kw", feerate.raw(), funder.raw());
    if (funder - cost <= highest_reserve.msat() && push <= highest_reserve.msat()) {
        return unacceptable("channel_reserve_satoshis", highest_reserve.raw(), funding.raw());
    }
    return std::nullopt;
}

/// The script that they bind themselves to. Only where both have the feature (BOLT 2, shutdown): a
/// peer without it may put one there and close to another, and would never get to a close with us.
std::optional<bitcoin::Script> promised_by(const std::optional<bitcoin::Script>& script,
                                           const wire::Features& features) {
    const bool binds = script && !script->empty() && features.has(Feature::upfront_shutdown_script);
    return binds ? script : std::nullopt;
}

/// Unusable as a close script: a peer must not lock its own later self, or us, into an unspendable
/// one.
std::optional<ChannelFault> upfront_fault(const std::optional<bitcoin::Script>& script,
                                          const wire::Features& features) {
    const auto promised = promised_by(script, features);
    if (!promised ||
        is_allowed_shutdown_script(*promised, features.has(Feature::shutdown_anysegwit)))
        return std::nullopt;
    return unacceptable("upfront_shutdown_script", promised->size(), 0);
}

std::optional<bitcoin::Script> non_empty(const std::optional<bitcoin::Script>& script) {
    return script && !script->empty() ? script : std::nullopt;
}

/// Balances of the first commitments, from this node's side.
CommitmentSpec first_spec(const ChannelParams& params, FeeratePerKw feerate, Msat push) {
    CommitmentSpec spec;
    spec.feerate_per_kw = feerate;
    const Msat funder = params.funding_satoshis.msat() - push;
    spec.to_ours = params.funder == Party::ours ? funder : push;
    spec.to_theirs = params.funder == Party::ours ? push : funder;
    return spec;
}

/// Signs their commitment 0.
Result<ports::Guarded<crypto::Signature>, ChannelFault> sign_first(
    const ChannelParams& params, const CommitmentSpec& spec,
    const crypto::PublicKey& their_first_point, const Context& context) {
    ports::RemoteCommitmentRequest request;
    request.number = CommitmentNumber(0);
    request.per_commitment_point = their_first_point;
    request.commitment =
        build_commitment(params, Party::theirs, CommitmentNumber(0), their_first_point, spec).tx;
    request.their_funding_pubkey = params.their_keys.funding_pubkey;
    request.funding_amount = params.funding_satoshis;
    const auto signature = context.signer.sign_remote_commitment(ports::SignerGuard{}, request);
    if (!signature) return fail(refused(signature.error()));
    return ports::Guarded<crypto::Signature>{signature->value.signature, signature->guard};
}

/// Checks their signature on our commitment 0 and makes the commitments of it.
Result<Commitments, ChannelFault> first_commitments(const ChannelParams& params,
                                                    const CommitmentSpec& spec,
                                                    const crypto::PublicKey& their_first_point,
                                                    const crypto::Signature& signature,
                                                    const ports::SignerGuard& guard,
                                                    const Context& context) {
    const auto ours = build_commitment(params, Party::ours, CommitmentNumber(0),
                                       context.signer.commitment_point(CommitmentNumber(0)), spec);
    ports::CommitmentSignatures signatures{signature, {}};
    if (first_bad_signature(params, ours, signatures))
        return fail(ChannelFault{FaultKind::bad_signature, 0, 0, {}});
    const auto accepted = context.signer.accept_local_commitment(guard, CommitmentNumber(0));
    if (!accepted) return fail(refused(accepted.error()));
    Commitments commitments(params, spec.feerate_per_kw, spec.to_ours, spec.to_theirs,
                            their_first_point, std::move(signatures));
    commitments.set_guard(*accepted);
    return commitments;
}

/// An alias nobody can guess and no real channel has: high block bits are far beyond any height.
ShortChannelId alias_for(const Channel& channel, const Context& context) {
    const auto point = context.signer.commitment_point(CommitmentNumber(0));
    const auto digest = crypto::sha256({bytes_of("scid alias"), channel.id.view(), point.view()});
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 8; ++i) bits = bits << 8 | digest.raw()[i];
    return ShortChannelId((bits & 0x7fff'ffff'ffff) | std::uint64_t{0x800000} << 40);
}

Funded funded_with(const Channel& channel, Commitments commitments, std::uint32_t minimum_depth,
                   const Context& context) {
    Funded funded{std::move(commitments),
                  minimum_depth,
                  context.height,
                  nullptr,
                  std::nullopt,
                  false,
                  {},
                  {},
                  {},
                  {},
                  {}};
    funded.our_alias = alias_for(channel, context);
    return funded;
}

}  // namespace

std::uint32_t minimum_depth_for(const Policy& policy, Sat funding) {
    if (funding >= policy.depth_large_from) return policy.depth_large;
    const std::uint32_t steps = policy.depth_large - policy.depth_small;
    return policy.depth_small +
           static_cast<std::uint32_t>(funding.raw() * steps / policy.depth_large_from.raw());
}

Sat reserve_for(Sat funding, Sat dust_a, Sat dust_b) {
    return std::max({Sat(funding.raw() / 100), Sat(1'000), dust_a, dust_b});
}

bitcoin::Script funding_script_to_plan_with() { return bitcoin::p2wsh(Bytes{}); }

wire::Features channel_type_for(bool announce, const wire::Features& negotiated) {
    auto type = wire::Features::demanding({Feature::static_remotekey, Feature::anchors});
    if (!announce && negotiated.has(Feature::scid_alias)) type.demand(Feature::scid_alias);
    return type;
}

ChannelId channel_id_of(const bitcoin::OutPoint& funding) {
    ChannelId id(funding.txid.raw());
    id.raw()[30] = static_cast<std::uint8_t>(id.raw()[30] ^ (funding.index >> 8));
    id.raw()[31] = static_cast<std::uint8_t>(id.raw()[31] ^ funding.index);
    return id;
}

Channel open_channel(const OpenRequest& request, const ChannelId& temporary,
                     const crypto::PublicKey& peer, const ports::ChannelKeyId& keys,
                     const Context& context, Step& step) {
    wire::OpenChannel open;
    open.chain_hash = params_of(context.policy.network).chain_hash;
    open.temporary_channel_id = temporary;
    open.funding_satoshis = request.funding;
    open.push_msat = request.push_msat;
    open.feerate_per_kw = request.commitment_feerate;
    put_terms(open, our_terms(context.policy, request.funding));
    put_keys(open, context.signer);
    open.channel_flags = request.announce ? wire::announce_channel : 0;
    open.upfront_shutdown_script = request.upfront_shutdown.value_or(bitcoin::Script{});
    open.channel_type = channel_type_for(request.announce, context.features);
    step.send.push_back(open);
    return Channel{temporary, peer, keys, Link::online, AwaitingAccept{open, request.plan}};
}

Result<Channel, ChannelFault> accept_channel(const wire::OpenChannel& open,
                                             const crypto::PublicKey& peer,
                                             const ports::ChannelKeyId& keys,
                                             const Context& context, Step& step) {
    const Policy& policy = context.policy;
    if (open.chain_hash != params_of(policy.network).chain_hash)
        return fail(ChannelFault{FaultKind::wrong_chain, 0, 0, "chain_hash"});
    if (open.funding_satoshis < policy.min_funding) {
        return fail(unacceptable("funding_satoshis", open.funding_satoshis.raw(),
                                 policy.min_funding.raw()));
    }
    const Sat most = context.features.has(Feature::large_channel)
                         ? policy.max_funding
                         : Sat(small_channel_end.raw() - 1);
    if (open.funding_satoshis > most)
        return fail(unacceptable("funding_satoshis", open.funding_satoshis.raw(), most.raw()));

    const bool announce = (open.channel_flags & wire::announce_channel) != 0;
    const auto plain = channel_type_for(true, context.features);
    const auto with_alias = channel_type_for(false, context.features);
    if (!open.channel_type || (*open.channel_type != plain && *open.channel_type != with_alias)) {
        return fail(ChannelFault{FaultKind::wrong_channel_type, 0, 0, "channel_type"});
    }
    const bool scid_alias = open.channel_type->has(Feature::scid_alias);
    if (scid_alias && announce)
        return fail(ChannelFault{FaultKind::wrong_channel_type, 0, 0, "channel_flags"});

    auto ours = our_terms(policy, open.funding_satoshis);
    ours.channel_reserve_satoshis =
        reserve_for(open.funding_satoshis, policy.dust_limit, open.dust_limit_satoshis);
    const auto theirs = terms_in(open);
    if (const auto wrong = terms_fault(policy, open.funding_satoshis, theirs, ours))
        return fail(*wrong);
    if (const auto wrong = keys_fault(open, context.signer)) return fail(*wrong);
    if (const auto wrong = upfront_fault(open.upfront_shutdown_script, context.features))
        return fail(*wrong);
    if (open.feerate_per_kw < feerate_floor) {
        return fail(unacceptable("feerate_per_kw", open.feerate_per_kw.raw(), feerate_floor.raw()));
    }
    if (open.feerate_per_kw > most_commitment_feerate) {
        return fail(unacceptable("feerate_per_kw", open.feerate_per_kw.raw(),
                                 most_commitment_feerate.raw()));
    }
    const Sat highest = std::max(ours.channel_reserve_satoshis, theirs.channel_reserve_satoshis);
    if (const auto wrong = first_balances_fault(open.funding_satoshis, open.push_msat,
                                                open.feerate_per_kw, highest)) {
        return fail(*wrong);
    }

    wire::AcceptChannel accept;
    accept.temporary_channel_id = open.temporary_channel_id;
    put_terms(accept, ours);
    put_keys(accept, context.signer);
    accept.minimum_depth = minimum_depth_for(policy, open.funding_satoshis);
    // None: to say one here would tell an address of ours to whoever asks, and nobody has paid
    // anything yet. It would protect from nothing either, for its key lies where the channel's do.
    accept.upfront_shutdown_script = bitcoin::Script{};
    accept.channel_type = open.channel_type;

    ChannelParams params;
    params.funder = Party::theirs;
    params.announce = announce;
    params.scid_alias = scid_alias;
    params.funding_satoshis = open.funding_satoshis;
    params.ours = ours;
    params.theirs = theirs;
    params.our_keys = context.signer.public_keys();
    params.their_keys = keys_in(open);
    params.their_upfront_shutdown = promised_by(open.upfront_shutdown_script, context.features);
    step.send.push_back(accept);
    return Channel{open.temporary_channel_id, peer, keys, Link::online,
                   AwaitingFundingCreated{open, accept, params}};
}

StepResult on(Channel& channel, AwaitingAccept& state, const wire::AcceptChannel& accept,
              const Context& context) {
    const auto& open = state.open;
    const auto ours = terms_in(open);
    const auto theirs = terms_in(accept);
    if (accept.channel_type && *accept.channel_type != *open.channel_type) {
        return fail(ChannelFault{FaultKind::wrong_channel_type, 0, 0, "channel_type"});
    }
    if (!accept.channel_type)
        return fail(ChannelFault{FaultKind::wrong_channel_type, 0, 0, "channel_type"});
    if (accept.minimum_depth > context.policy.max_minimum_depth) {
        return fail(
            unacceptable("minimum_depth", accept.minimum_depth, context.policy.max_minimum_depth));
    }
    if (const auto wrong = terms_fault(context.policy, open.funding_satoshis, theirs, ours))
        return fail(*wrong);
    if (const auto wrong = keys_fault(accept, context.signer)) return fail(*wrong);
    if (const auto wrong = upfront_fault(accept.upfront_shutdown_script, context.features))
        return fail(*wrong);
    const Sat highest = std::max(ours.channel_reserve_satoshis, theirs.channel_reserve_satoshis);
    if (const auto wrong = first_balances_fault(open.funding_satoshis, open.push_msat,
                                                open.feerate_per_kw, highest)) {
        return fail(*wrong);
    }

    ChannelParams params;
    params.funder = Party::ours;
    params.announce = (open.channel_flags & wire::announce_channel) != 0;
    params.scid_alias = open.channel_type->has(Feature::scid_alias);
    params.funding_satoshis = open.funding_satoshis;
    params.ours = ours;
    params.theirs = theirs;
    params.our_keys = context.signer.public_keys();
    params.their_keys = keys_in(accept);
    params.our_upfront_shutdown = non_empty(open.upfront_shutdown_script);
    params.their_upfront_shutdown = promised_by(accept.upfront_shutdown_script, context.features);

    FundingPlan plan = state.plan;
    plan.spend.tx.outputs.at(plan.output_index).script = bitcoin::p2wsh(
        funding_script(params.our_keys.funding_pubkey, params.their_keys.funding_pubkey));
    params.funding = bitcoin::OutPoint{plan.spend.tx.txid(), plan.output_index};

    const auto spec = first_spec(params, open.feerate_per_kw, open.push_msat);
    RUNNEL_TRY(const auto signature,
               sign_first(params, spec, accept.first_per_commitment_point, context));
    wire::FundingCreated created;
    created.temporary_channel_id = open.temporary_channel_id;
    created.funding_txid = params.funding.txid;
    created.funding_output_index = static_cast<std::uint16_t>(params.funding.index);
    created.signature = signature.value;
    Step step;
    step.send.push_back(created);
    step.facts.push_back(BecameFunded{channel.id});
    channel.id = channel_id_of(params.funding);
    channel.state = AwaitingFundingSigned{std::move(params),
                                          std::move(plan),
                                          open.feerate_per_kw,
                                          open.push_msat,
                                          accept.first_per_commitment_point,
                                          std::max<std::uint32_t>(accept.minimum_depth, 1),
                                          signature.guard,
                                          open.temporary_channel_id};
    return step;
}

StepResult on(Channel& channel, AwaitingFundingCreated& state, const wire::FundingCreated& created,
              const Context& context) {
    ChannelParams params = state.params;
    params.funding = bitcoin::OutPoint{created.funding_txid, created.funding_output_index};
    const auto spec = first_spec(params, state.open.feerate_per_kw, state.open.push_msat);
    const auto& point = state.open.first_per_commitment_point;
    RUNNEL_TRY(const auto signature, sign_first(params, spec, point, context));
    RUNNEL_TRY(auto commitments,
               first_commitments(params, spec, point, created.signature, signature.guard, context));
    wire::FundingSigned reply;
    reply.channel_id = channel_id_of(params.funding);
    reply.signature = signature.value;
    Step step;
    step.send.push_back(reply);
    step.facts.push_back(BecameFunded{channel.id});
    const std::uint32_t depth = state.accept.minimum_depth;
    channel.id = reply.channel_id;
    channel.state = AwaitingConfirmation{
        funded_with(channel, std::move(commitments), depth, context), std::nullopt};
    return step;
}

StepResult on(Channel& channel, AwaitingFundingSigned& state, const wire::FundingSigned& message,
              const Context& context) {
    const auto spec = first_spec(state.params, state.feerate, state.push_msat);
    RUNNEL_TRY(auto commitments, first_commitments(state.params, spec, state.their_first_point,
                                                   message.signature, state.guard, context));
    auto funded = funded_with(channel, std::move(commitments), state.minimum_depth, context);
    funded.funding_tx = std::make_shared<const bitcoin::Transaction>(state.plan.spend.tx);
    Step step;
    step.facts.push_back(FundingAgreed{std::move(state.plan)});
    channel.state = AwaitingConfirmation{std::move(funded), std::nullopt};
    return step;
}

}  // namespace runnel::channel
