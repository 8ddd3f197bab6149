// Two Commitments facing each other over two ordered wires, driven by dice. After every step
// everything is compared that two honest parties must agree on; a mistake ends the test with the
// seed and the step. Signatures are real.
#pragma once

#include "core/channel/codec.h"
#include "core/channel/commitments.h"
#include "core/channel/store.h"
#include "core/crypto/hash.h"
#include "tests/support/test_signer.h"

#include <deque>
#include <map>
#include <random>
#include <stdexcept>
#include <string>

namespace runnel::test {

using channel::Commitments;
using channel::Party;

/// What a duel begins with.
struct DuelSetup {
    Sat funding{1'000'000};
    Msat push{300'000'000};
    FeeratePerKw feerate{1'000};
    channel::Terms funder_terms{Sat(354), Msat(1'000'000'000), Sat(10'000), Msat(1), 144, 30};
    channel::Terms fundee_terms{Sat(354), Msat(1'000'000'000), Sat(10'000), Msat(1), 144, 30};
};

/// Terms as different as two parties may have them.
inline DuelSetup random_setup(std::uint64_t seed) {
    std::mt19937_64 dice(seed);
    const auto between = [&](std::uint64_t least, std::uint64_t most) {
        return std::uniform_int_distribution<std::uint64_t>(least, most)(dice);
    };
    DuelSetup setup;
    setup.funding = Sat(between(30'000, 3'000'000));
    setup.feerate = FeeratePerKw(static_cast<std::uint32_t>(between(253, 4'000)));
    const Msat cost = channel::funder_cost(setup.feerate, 0).msat();
    setup.push = Msat(between(0, (setup.funding.msat() - cost).raw()));
    for (auto* const terms : {&setup.funder_terms, &setup.fundee_terms}) {
        terms->dust_limit_satoshis = Sat(between(354, 5'000));
        terms->channel_reserve_satoshis = Sat(between(5'000, setup.funding.raw() / 5 + 1));
        terms->htlc_minimum_msat = Msat(between(1, setup.funding.raw() * 2));
        terms->max_htlc_value_in_flight_msat =
            Msat(between(setup.funding.raw() * 100, setup.funding.raw() * 1'000));
        terms->max_accepted_htlcs = static_cast<std::uint16_t>(between(1, 60));
        terms->to_self_delay = static_cast<std::uint16_t>(between(1, 2'016));
    }
    return setup;
}

inline channel::ChannelParams params_of(const DuelSetup& setup, Party funder, const TestSigner& own,
                                        const TestSigner& their) {
    channel::ChannelParams params;
    params.funder = funder;
    params.funding_satoshis = setup.funding;
    params.ours = funder == Party::ours ? setup.funder_terms : setup.fundee_terms;
    params.theirs = funder == Party::ours ? setup.fundee_terms : setup.funder_terms;
    params.our_keys = own.public_keys();
    params.their_keys = their.public_keys();
    params.funding.txid.raw().fill(0x42);
    params.funding.index = 1;
    return params;
}

/// The first commitments of one side, with the other side's signature, channel_ready exchanged.
inline Commitments first_commitments(const DuelSetup& setup, Party funder, const TestSigner& own,
                                     const TestSigner& their) {
    const auto params = params_of(setup, funder, own, their);
    const auto mirrored = params_of(setup, other(funder), their, own);
    const Msat funder_has = setup.funding.msat() - setup.push;
    const Msat ours = funder == Party::ours ? funder_has : setup.push;
    const Msat theirs = funder == Party::ours ? setup.push : funder_has;
    const CommitmentNumber zero(0);
    channel::CommitmentSpec spec{setup.feerate, theirs, ours, {}};
    ports::RemoteCommitmentRequest request;
    request.per_commitment_point = own.commitment_point(zero);
    request.commitment =
        build_commitment(mirrored, Party::theirs, zero, request.per_commitment_point, spec).tx;
    request.their_funding_pubkey = own.public_keys().funding_pubkey;
    request.funding_amount = setup.funding;
    auto signatures = their.sign_remote_commitment({}, request)->value;
    Commitments out(params, setup.feerate, ours, theirs, their.commitment_point(zero),
                    std::move(signatures));
    out.set_remote_next_point(their.commitment_point(CommitmentNumber(1)));
    return out;
}

inline channel::CommitmentSpec mirrored(channel::CommitmentSpec spec) {
    std::swap(spec.to_ours, spec.to_theirs);
    for (auto& htlc : spec.htlcs) htlc.offered_by = other(htlc.offered_by);
    std::stable_sort(spec.htlcs.begin(), spec.htlcs.end(),
                     [](const channel::Htlc& a, const channel::Htlc& b) {
                         return std::pair(a.offered_by, a.id) < std::pair(b.offered_by, b.id);
                     });
    return spec;
}

inline wire::Preimage preimage_of(std::uint64_t n) {
    Writer out;
    out.u64(n);
    return wire::Preimage(crypto::sha256(out.view()).raw());
}
inline PaymentHash hash_of(const wire::Preimage& preimage) {
    return PaymentHash(crypto::sha256(preimage.view()).raw());
}

/// As a channel's record: what a restart would read.
inline channel::Channel as_channel(const Commitments& commitments, const TestSigner& their) {
    channel::Funded funded{
        commitments, 3, BlockHeight(100), nullptr, std::nullopt, false, {}, {}, {}, {}, {}};
    return channel::Channel{channel::channel_id_of(commitments.params().funding),
                            their.public_keys().funding_pubkey,
                            {},
                            channel::Link::offline,
                            channel::Normal{std::move(funded)}};
}
inline std::vector<channel::HtlcRow> rows_of(const Commitments& commitments) {
    std::vector<channel::HtlcRow> rows;
    for (const auto& entry : commitments.htlcs())
        rows.push_back(channel::decode_htlc_row({}, channel::encode_htlc_row(entry)).value());
    return rows;
}
inline Commitments stored_and_read(const Commitments& commitments, const TestSigner& their) {
    const auto before = as_channel(commitments, their);
    const Bytes bytes = channel::encode_channel(before);
    const auto after = channel::decode_channel(bytes, rows_of(commitments));
    if (!after) throw std::runtime_error("the record does not decode");
    if (channel::encode_channel(*after) != bytes)
        throw std::runtime_error("the record changes when it is read");
    return channel::funded_of(after->state)->commitments;
}

class Duel {
public:
    struct Side {
        std::string name;
        TestSigner signer;
        Commitments commitments;
        bool online = true;
        std::deque<wire::Message> wire{};  ///< Sent, not delivered.
        std::vector<Bytes> under_last{}, unsigned_sent{};
        Bytes last_commit{}, last_revoke{};
        bool commit_is_newer = false;
        std::map<HtlcId, wire::Preimage> preimages{};  ///< Of HTLCs this side offered.
        std::map<HtlcId, int> locked_in{}, outgoing_removed{}, incoming_removed{};
        std::map<HtlcId, bool>
            fulfilled{};  ///< Of HTLCs offered to this side: how it answered last.
    };

    Duel(const DuelSetup& setup, std::uint64_t seed)
        : a{"funder", TestSigner(1),
            first_commitments(setup, Party::ours, TestSigner(1), TestSigner(2))},
          b{"fundee", TestSigner(2),
            first_commitments(setup, Party::theirs, TestSigner(2), TestSigner(1))},
          m_dice(seed),
          m_a_expected(setup.funding.msat() - setup.push) {}

    Side a, b;
    bool with_cuts = true;
    bool with_fees = true;
    /// Feerates proposed lie below this.
    std::uint32_t highest_feerate = 5'000;
    std::size_t steps = 0, cuts = 0, commits = 0, settled = 0;

    std::uint64_t roll(std::uint64_t below) {
        return std::uniform_int_distribution<std::uint64_t>(0, below - 1)(m_dice);
    }
    Side& peer(const Side& side) { return &side == &a ? b : a; }

    [[noreturn]] void stop(const std::string& what) const {
        throw std::runtime_error("step " + std::to_string(steps) + ": " + what);
    }
    void require(bool holds, const std::string& what) const {
        if (!holds) stop(what);
    }

    void step() {
        ++steps;
        Side& side = roll(2) == 0 ? a : b;
        const auto what = roll(100);
        if (what < 45) {
            for (auto n = 1 + roll(6); n > 0; --n) deliver(side);
        } else if (what < 65) {
            sign(side);
        } else if (what < 80) {
            add(side, any_amount(side));
        } else if (what < 96) {
            remove(side);
        } else if (what < 98) {
            if (with_fees) propose_fee(side);
        } else if (with_cuts) {
            cut();
        }
        check();
    }

    /// Delivers and signs until neither side has anything to say.
    void settle() {
        for (int i = 0; i < 1'000; ++i) {
            bool moved = false;
            for (Side* const side : {&a, &b}) {
                while (!side->wire.empty()) {
                    deliver(*side);
                    moved = true;
                }
            }
            for (Side* const side : {&a, &b}) moved = sign(*side) || moved;
            if (!moved) {
                check();
                check_at_rest();
                return;
            }
        }
        stop("does not come to rest");
    }
    /// Answers every HTLC, then settles: nothing may be left.
    void finish() {
        settle();
        for (int i = 0; i < 4; ++i) {
            for (Side* const side : {&a, &b}) {
                while (remove(*side)) {
                }
            }
            settle();
        }
        require(a.commitments.is_quiet() && b.commitments.is_quiet(), "something is left over");
        require(a.commitments.settled(Party::ours) == m_a_expected,
                "money moved that was not paid");
        for (Side* const side : {&a, &b}) {
            const auto& offered = peer(*side).preimages;
            require(side->locked_in.size() == offered.size(), "an HTLC was never locked in");
            require(side->incoming_removed.size() == offered.size(),
                    "an HTLC was never removed by its receiver");
            require(side->outgoing_removed.size() == side->preimages.size(),
                    "an HTLC was never removed at its offerer");
        }
    }

    bool add(Side& side, Msat amount) {
        if (!side.online || amount.is_zero()) return false;
        const auto preimage = preimage_of(++m_payments);
        wire::OnionPacket::Array onion{};
        onion[0] = static_cast<std::uint8_t>(m_payments);
        const auto cltv = BlockHeight(static_cast<std::uint32_t>(500 + roll(4)));
        auto message =
            side.commitments.send_add(amount, hash_of(preimage), cltv, wire::OnionPacket(onion));
        if (!message) return false;
        side.preimages[message->id] = preimage;
        propose(side, *message);
        return true;
    }

    bool remove(Side& side) {
        if (!side.online) return false;
        for (const auto& entry : side.commitments.htlcs()) {
            if (entry.htlc.offered_by != Party::theirs || entry.stage != channel::Stage::locked_in)
                continue;
            const HtlcId id = entry.htlc.id;
            const auto how = roll(6);
            side.fulfilled[id] = how < 3;
            if (how < 3) {
                propose(side,
                        side.commitments.send_fulfill(id, peer(side).preimages.at(id)).value());
            } else if (how < 5) {
                propose(side, side.commitments.send_fail(id, Bytes(10 + how, 7)).value());
            } else {
                propose(side,
                        side.commitments.send_fail_malformed(id, Hash256{}, 0x8000 | 4).value());
            }
            return true;
        }
        return false;
    }

    bool propose_fee(Side& side) {
        if (!side.online || side.commitments.params().funder != Party::ours) return false;
        auto message = side.commitments.send_fee(
            FeeratePerKw(static_cast<std::uint32_t>(253 + roll(highest_feerate))));
        if (!message) return false;
        propose(side, *message);
        return true;
    }

    bool sign(Side& side) {
        if (!side.online || !side.commitments.may_sign() || !side.commitments.has_changes_to_sign())
            return false;
        auto message = side.commitments.send_commit(side.signer);
        if (!message) stop(side.name + " cannot sign: " + describe(message.error()));
        ++commits;
        side.last_commit = wire::encode(*message);
        side.under_last = std::exchange(side.unsigned_sent, {});
        side.commit_is_newer = true;
        side.wire.push_back(*std::move(message));
        return true;
    }

    /// Hands the oldest message of `from` to the other side.
    bool deliver(Side& from) {
        if (from.wire.empty()) return false;
        const wire::Message message = std::move(from.wire.front());
        from.wire.pop_front();
        receive(peer(from), message);
        return true;
    }

    /// The connection breaks: what is on its way is lost, both start again, each perhaps from its
    /// disk.
    void cut() {
        ++cuts;
        for (Side* const side : {&a, &b}) {
            side->wire.clear();
            side->online = false;
            const bool restarts = roll(3) == 0;
            if (restarts)
                side->commitments = stored_and_read(side->commitments, peer(*side).signer);
            side->commitments.forget_unsigned();
            if (!restarts) {
                // Forgetting twice is forgetting once.
                const auto once =
                    channel::encode_channel(as_channel(side->commitments, peer(*side).signer));
                side->commitments.forget_unsigned();
                require(once == channel::encode_channel(
                                    as_channel(side->commitments, peer(*side).signer)),
                        "forgets more");
            }
            side->wire.push_back(side->commitments.reestablish(side->signer));
        }
    }

    void check() {
        for (Side* const side : {&a, &b}) {
            const auto& c = side->commitments;
            const Msat all = c.params().funding_satoshis.msat();
            require(c.settled(Party::ours) + c.settled(Party::theirs) == all,
                    side->name + " made or lost money");
            for (const auto& spec : {std::optional(c.local_spec()), std::optional(c.remote_spec()),
                                     c.remote_next_spec()}) {
                if (!spec) continue;
                Msat sum = spec->to_ours + spec->to_theirs;
                for (const auto& htlc : spec->htlcs) sum += htlc.amount_msat;
                require(sum == all, side->name + ": a commitment holds too much or too little");
            }
            // Whatever commitment a side could broadcast, the other side knows to the last HTLC.
            const auto& known = peer(*side).commitments;
            if (c.local_number() == known.remote_number()) {
                require(c.local_spec() == mirrored(known.remote_spec()),
                        side->name + "'s commitment is not what the other signed");
            } else {
                require(c.local_number() == known.remote_number().next(),
                        "commitment numbers drift apart");
                require(known.remote_next_spec() &&
                            c.local_spec() == mirrored(*known.remote_next_spec()),
                        side->name + "'s next commitment is not what the other signed");
            }
            if (steps % 8 == 0) (void)stored_and_read(c, peer(*side).signer);
            if (steps % 5 == 0 && side->online && peer(*side).online) check_limit(*side);
        }
    }

private:
    Msat any_amount(const Side& side) {
        const Msat most = side.commitments.can_send();
        switch (roll(8)) {
            case 0: return most;
            case 1: return Msat(most.raw() / 2);
            case 2: return Msat(354'000 - roll(3));  // at the edge of dust
            case 3: return Msat(1 + roll(5'000'000));
            default: return Msat(1 + roll(40'000'000));
        }
    }

    template <typename M>
    void propose(Side& side, const M& message) {
        side.unsigned_sent.push_back(wire::encode(message));
        side.wire.push_back(message);
    }

    void receive(Side& side, const wire::Message& message) {
        const auto must = [&](const auto& result) {
            if (!result)
                stop(side.name + " refuses " + std::string(wire::name_of(message)) + ": " +
                     describe(result.error()));
        };
        auto& c = side.commitments;
        std::visit(
            overloaded{
                [&](const wire::UpdateAddHtlc& m) { must(c.receive_add(m)); },
                [&](const wire::UpdateFulfillHtlc& m) { must(c.receive_fulfill(m)); },
                [&](const wire::UpdateFailHtlc& m) { must(c.receive_fail(m)); },
                [&](const wire::UpdateFailMalformedHtlc& m) { must(c.receive_fail_malformed(m)); },
                [&](const wire::UpdateFee& m) { must(c.receive_fee(m)); },
                [&](const wire::CommitmentSigned& m) {
                    auto received = c.receive_commit(m, side.signer);
                    must(received);
                    side.last_revoke = wire::encode(received->revoke_and_ack);
                    side.commit_is_newer = false;
                    side.wire.push_back(received->revoke_and_ack);
                    take(side, received->facts);
                },
                [&](const wire::RevokeAndAck& m) {
                    auto facts = c.receive_revocation(m);
                    must(facts);
                    take(side, *facts);
                },
                [&](const wire::ChannelReestablish& m) { resume(side, m); },
                [&](const auto&) { stop("a message that nobody sent"); },
            },
            message);
    }

    void resume(Side& side, const wire::ChannelReestablish& theirs) {
        auto again = side.commitments.on_reestablish(theirs, side.signer);
        if (!again) stop(side.name + " refuses channel_reestablish: " + describe(again.error()));
        side.online = true;
        // Exactly what was lost, in the order in which it was said, to the byte.
        std::vector<Bytes> commit_part, revoke_part, expected;
        const auto* const waiting =
            std::get_if<channel::AwaitingRevocation>(&side.commitments.remote_next());
        if (waiting != nullptr &&
            theirs.next_commitment_number == side.commitments.remote_number().next()) {
            commit_part = side.under_last;
            commit_part.push_back(side.last_commit);
        }
        if (theirs.next_revocation_number.next() == side.commitments.local_number())
            revoke_part.push_back(side.last_revoke);
        const auto& first = side.commit_is_newer ? revoke_part : commit_part;
        const auto& second = side.commit_is_newer ? commit_part : revoke_part;
        for (const auto* const part : {&first, &second, &std::as_const(side.unsigned_sent)}) {
            expected.insert(expected.end(), part->begin(), part->end());
        }
        require(again->size() == expected.size(),
                side.name + " retransmits too much or too little");
        for (std::size_t i = 0; i < expected.size(); ++i) {
            require(wire::encode((*again)[i]) == expected[i],
                    side.name + " retransmits something else than it said");
            side.wire.push_back((*again)[i]);
        }
    }

    void take(Side& side, const std::vector<channel::HtlcFact>& facts) {
        for (const auto& fact : facts) {
            std::visit(overloaded{[&](const channel::IncomingLockedIn& f) {
                                      require(++side.locked_in[f.id] == 1, "locked in twice");
                                  },
                                  [&](const channel::OutgoingRemoved& f) {
                                      require(++side.outgoing_removed[f.id] == 1, "removed twice");
                                      const bool paid =
                                          std::holds_alternative<channel::Fulfilled>(*f.removal);
                                      require(paid == peer(side).fulfilled.at(f.id),
                                              "removed in another way than proposed");
                                      ++settled;
                                  },
                                  [&](const channel::IncomingRemoved& f) {
                                      require(++side.incoming_removed[f.id] == 1, "removed twice");
                                      if (!side.fulfilled.at(f.id)) return;
                                      // Counted once, when it is irrevocable for the receiver.
                                      const Msat amount = m_amounts.at({&peer(side), f.id});
                                      if (&side == &a) m_a_expected += amount;
                                      else m_a_expected -= amount;
                                  }},
                       fact);
        }
        note_amounts();
    }
    void note_amounts() {
        for (Side* const side : {&a, &b}) {
            for (const auto& entry : side->commitments.htlcs()) {
                if (entry.htlc.offered_by == Party::ours)
                    m_amounts[{side, entry.htlc.id}] = entry.htlc.amount_msat;
            }
        }
    }

    /// can_send() is neither more nor less than what is taken, by us and, once it has heard what we
    /// said, by the peer.
    void check_limit(Side& side) {
        note_amounts();
        const Msat most = side.commitments.can_send();
        const auto hash = hash_of(preimage_of(0));
        auto more = side.commitments;
        const auto over = more.send_add(most + Msat(1), hash, BlockHeight(500), {});
        if (over) stop(side.name + " sends more than can_send()");
        if (most.is_zero()) return;
        auto again = side.commitments;
        const auto message = again.send_add(most, hash, BlockHeight(500), {});
        if (!message)
            stop(side.name + " cannot send can_send() of " + std::to_string(most.raw()) + ": " +
                 describe(message.error()));
        auto there = peer(side).commitments;
        const auto heard = [&](const auto& result) { return bool(result); };
        for (const auto& said : side.wire) {
            const bool taken = std::visit(
                overloaded{
                    [&](const wire::UpdateAddHtlc& m) { return heard(there.receive_add(m)); },
                    [&](const wire::UpdateFulfillHtlc& m) {
                        return heard(there.receive_fulfill(m));
                    },
                    [&](const wire::UpdateFailHtlc& m) { return heard(there.receive_fail(m)); },
                    [&](const wire::UpdateFailMalformedHtlc& m) {
                        return heard(there.receive_fail_malformed(m));
                    },
                    [&](const wire::UpdateFee& m) { return heard(there.receive_fee(m)); },
                    [&](const wire::CommitmentSigned& m) {
                        return heard(there.receive_commit(m, peer(side).signer));
                    },
                    [&](const wire::RevokeAndAck& m) { return heard(there.receive_revocation(m)); },
                    [](const auto&) { return true; }},
                said);
            require(taken, "what is on its way will be refused");
        }
        const auto taken = there.receive_add(*message);
        if (!taken)
            stop(peer(side).name +
                 " refuses what can_send() of the other promises: " + describe(taken.error()));
    }

    void check_at_rest() {
        for (Side* const side : {&a, &b}) {
            const auto& here = side->commitments;
            const auto& there = peer(*side).commitments;
            require(here.local_number() == there.remote_number(), "numbers differ at rest");
            require(here.local_spec() == mirrored(there.remote_spec()),
                    "commitments differ at rest");
            require(here.local_commitment(side->signer).tx.txid() ==
                        there.remote_commitment().tx.txid(),
                    "transactions differ");
            require(here.can_send() == there.can_receive(),
                    "what is shown as receivable is not what the other side would send");
            require(here.dust_exposure() == there.dust_exposure(),
                    "dust exposure is counted differently");
        }
    }

    std::mt19937_64 m_dice;
    std::uint64_t m_payments = 0;
    Msat m_a_expected;
    std::map<std::pair<const Side*, HtlcId>, Msat> m_amounts;
};

}  // namespace runnel::test
