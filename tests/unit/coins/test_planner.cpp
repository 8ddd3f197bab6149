// The planner against the rules and, on small sets, against every subset there is.
#include "tests/support/test_main.h"  // first: moc stumbles over <concepts> otherwise

#include "core/bitcoin/script.h"
#include "core/crypto/hash.h"
#include "wallet/coins/planner.h"
#include "wallet/coins/selection.h"
#include "wallet/coins/weights.h"

#include <algorithm>
#include <random>
#include <set>

using namespace runnel;
using namespace runnel::coins;
using ports::AddressType;
using ports::Coin;
using ports::SpendError;
using ports::SpendPlan;
using ports::SpendRequest;

namespace {

bitcoin::Script wpkh(std::uint8_t n) {
    Hash160 hash;
    hash.raw().fill(n);
    return bitcoin::p2wpkh(hash);
}

bitcoin::Script taproot(std::uint8_t n) {
    bitcoin::Script script{bitcoin::OP_1, 32};
    script.insert(script.end(), 32, n);
    return script;
}

Hash256 seed(std::uint64_t n) {
    Writer out;
    out.u64(n);
    return crypto::sha256(out.view());
}

Coin coin(std::uint64_t value, std::uint32_t n, AddressType type = AddressType::p2wpkh) {
    Coin out;
    out.outpoint = {Txid(seed(n).raw()), n};
    out.output = {Sat(value), type == AddressType::p2tr ? taproot(7) : wpkh(7)};
    out.path = {type, false, n};
    out.confirmed = BlockHeight(100);
    return out;
}

SpendRequest pay(std::uint64_t value, std::uint32_t feerate = 1000) {
    SpendRequest request;
    request.outputs = {{Sat(value), wpkh(1)}};
    request.feerate = FeeratePerKw(feerate);
    request.change_script = wpkh(2);
    return request;
}

Sat sum(const std::vector<bitcoin::TxOut>& outputs) {
    Sat out;
    for (const auto& output : outputs) out += output.value;
    return out;
}

Sat value_sum(const std::vector<Coin>& coins) {
    Sat out;
    for (const auto& c : coins) out += c.output.value;
    return out;
}

/// May be spent and is worth its fee.
bool in_range(const Coin& c, const SpendRequest& request) {
    const bool safe = c.confirmed || (c.ours && !request.confirmed_only);
    return safe && c.output.value.raw() * 1000 > input_weight(c.path.type) * request.feerate.raw();
}

/// The plan with witnesses as large as signers make them.
bitcoin::Transaction signed_form(const SpendPlan& plan, const SpendRequest& request) {
    auto tx = plan.tx;
    for (std::size_t i = 0; i < tx.inputs.size(); ++i) {
        if (plan.paths[i]) {
            tx.inputs[i].witness = plan.paths[i]->type == AddressType::p2tr
                                       ? std::vector<Bytes>{Bytes(64, 1)}
                                       : std::vector<Bytes>{Bytes(72, 1), Bytes(33, 2)};
            continue;
        }
        for (const auto& fixed : request.fixed) {
            if (fixed.input.previous == tx.inputs[i].previous && fixed.witness_weight > 2) {
                tx.inputs[i].witness = {
                    Bytes(static_cast<std::size_t>(fixed.witness_weight) - 2, 1)};
            }
        }
    }
    return tx;
}

/// Everything that must hold for any plan. Returns what is wrong, empty for nothing.
QString fault_of(const std::vector<Coin>& coins, const SpendRequest& request,
                 const SpendPlan& plan) {
    if (plan.tx.inputs.empty()) return "no input";
    if (plan.tx.outputs.empty()) return "no output";
    if (plan.spent.size() != plan.tx.inputs.size() || plan.paths.size() != plan.tx.inputs.size())
        return "sizes";
    if (sum(plan.spent) != sum(plan.tx.outputs) + plan.fee) return "inputs != outputs + fee";
    if (signed_form(plan, request).weight() != plan.weight) return "weight";
    if (plan.tx.version != request.version || plan.tx.lock_time != request.lock_time)
        return "version or lock time";

    const Sat own = request.feerate.fee_ceil(plan.weight);
    const Sat package = request.feerate.fee_ceil(plan.weight + request.parent_weight);
    if (plan.fee < own || plan.fee + request.parent_fee < package) return "feerate missed";
    const Sat needed = std::max(own, sub_or_zero(package, request.parent_fee));
    const Sat change_cost = request.feerate.fee_ceil(output_weight(request.change_script));
    const bool exact = plan.change_index || request.drain;
    if (exact && plan.fee > needed + Sat(1)) return "fee above what is needed";
    if (!exact &&
        plan.fee >= needed + change_cost + bitcoin::dust_limit(request.change_script) + Sat(10)) {
        return "change thrown away";
    }

    std::multiset<bitcoin::OutPoint> used;
    for (const auto& in : plan.tx.inputs) used.insert(in.previous);
    for (const auto& outpoint : used) {
        if (used.count(outpoint) != 1) return "input twice";
    }
    std::size_t ours = 0;
    std::size_t kept_now = 0;
    std::size_t kept_before = 0;
    for (const auto& c : coins) {
        const bool spent = used.count(c.outpoint) != 0;
        const bool fixed =
            std::any_of(request.fixed.begin(), request.fixed.end(),
                        [&](const auto& f) { return f.input.previous == c.outpoint; });
        if (c.confirmed && c.output.value >= request.keep_each && !fixed) {
            ++kept_before;
            kept_now += spent ? 0 : 1;
        }
        if (!spent || fixed) continue;
        ++ours;
        if (!c.confirmed && (!c.ours || request.confirmed_only)) return "unsafe coin spent";
        if (std::find(plan.coins.begin(), plan.coins.end(), c.outpoint) == plan.coins.end())
            return "coin not listed";
    }
    if (ours != plan.coins.size()) return "coins listed";
    if (ours + request.fixed.size() != plan.tx.inputs.size()) return "stranger among the inputs";
    if (kept_now < std::min(kept_before, request.keep_count)) return "reserve touched";

    for (const auto& output : plan.tx.outputs) {
        if (output.value < bitcoin::dust_limit(output.script)) return "dust made";
    }
    if (plan.change_index) {
        if (*plan.change_index >= plan.tx.outputs.size()) return "change index";
        if (plan.tx.outputs[*plan.change_index].script != request.change_script)
            return "change script";
    }
    if (plan.tx.outputs.size() != request.outputs.size() + (plan.change_index ? 1 : 0))
        return "outputs";
    auto left = plan.tx.outputs;
    for (std::size_t i = 0; i < request.outputs.size(); ++i) {
        auto wanted = request.outputs[i];
        const bool rest = request.drain && i + 1 == request.outputs.size();
        const auto found = std::find_if(left.begin(), left.end(), [&](const auto& output) {
            return output.script == wanted.script && (rest || output.value == wanted.value);
        });
        if (found == left.end()) return "output missing";
        left.erase(found);
    }
    if (request.keep_order) {
        for (std::size_t i = 0; i < request.outputs.size(); ++i) {
            if (plan.tx.outputs[i].script != request.outputs[i].script) return "output order";
        }
        for (std::size_t i = 0; i < request.fixed.size(); ++i) {
            if (plan.tx.inputs[i] != request.fixed[i].input) return "input order";
        }
    }
    return {};
}

struct Exhaustive {
    bool possible = false;
    std::optional<Milli> best_changeless;
    std::optional<Milli> worst;
};

/// Every subset of the candidates, judged.
Exhaustive search_all(const std::vector<Candidate>& candidates, const Goal& goal) {
    Exhaustive out;
    for (std::size_t mask = 0; mask < (std::size_t{1} << candidates.size()); ++mask) {
        std::vector<std::size_t> picked;
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            if ((mask >> i & 1) != 0) picked.push_back(i);
        }
        const auto judged = judge(candidates, picked, goal);
        if (!judged) continue;
        out.possible = true;
        if (!judged->change && (!out.best_changeless || judged->waste < *out.best_changeless)) {
            out.best_changeless = judged->waste;
        }
        if (!out.worst || judged->waste > *out.worst) out.worst = judged->waste;
    }
    return out;
}

}  // namespace

class TestPlanner : public QObject {
    Q_OBJECT

private slots:
    void weights_are_those_of_signed_inputs();
    void pays_without_change_when_it_fits();
    void dust_change_goes_to_the_fee();
    void change_at_the_dust_limit_is_made();
    void feerate_bounds();
    void dust_output_is_named();
    void nothing_to_spend();
    void insufficient_says_exactly_how_much();
    void reserve_is_kept_whole();
    void uneconomical_coins_count_as_reserve();
    void unconfirmed_coins();
    void drain_takes_all();
    void max_spendable_can_be_spent();
    void child_pays_for_parent();
    void child_needs_no_output_of_its_own();
    void keep_order_for_single_signatures();
    void same_entropy_same_plan();
    void order_does_not_tell_the_change();
    void absurd_values_do_not_wrap();
    void many_coins_stay_relayable();
    void property_selection_against_every_subset();
    void property_plans_are_valid();
};

void TestPlanner::weights_are_those_of_signed_inputs() {
    bitcoin::Transaction one;
    one.inputs.resize(1);
    one.inputs[0].witness = {Bytes(72), Bytes(33)};
    one.outputs = {{Sat(1), wpkh(1)}};
    QCOMPARE(one.weight(),
             frame_weight(1, 1) + input_weight(AddressType::p2wpkh) + output_weight(wpkh(1)));
    one.inputs[0].witness = {Bytes(64)};
    QCOMPARE(one.weight(),
             frame_weight(1, 1) + input_weight(AddressType::p2tr) + output_weight(wpkh(1)));
    QCOMPARE(input_weight(AddressType::p2wpkh), std::uint64_t{272});
    QCOMPARE(input_weight(AddressType::p2tr), std::uint64_t{230});
}

void TestPlanner::pays_without_change_when_it_fits() {
    const auto request =
        pay(100'000, 3'000);  // above the long term feerate: fewer coins are better
    const std::uint64_t weight = frame_weight(1, 1) + 272 + output_weight(wpkh(1));
    const std::uint64_t exact = 100'000 + request.feerate.fee_ceil(weight).raw();
    const std::vector<Coin> coins{coin(500'000, 1), coin(exact + 3, 2), coin(70'000, 3),
                                  coin(60'000, 4)};
    for (std::uint64_t n = 0; n < 20; ++n) {
        const auto plan = Planner().plan(coins, request, seed(n));
        QVERIFY(plan);
        QCOMPARE(fault_of(coins, request, *plan), QString());
        QVERIFY(!plan->change_index);
        QCOMPARE(plan->coins, std::vector<bitcoin::OutPoint>{coins[1].outpoint});
    }
}

void TestPlanner::dust_change_goes_to_the_fee() {
    const auto request = pay(100'000);
    const std::uint64_t with_change =
        frame_weight(1, 2) + 272 + output_weight(wpkh(1)) + output_weight(wpkh(2));
    const Sat dust = bitcoin::dust_limit(wpkh(2));
    const std::vector<Coin> coins{
        coin((Sat(100'000) + request.feerate.fee_ceil(with_change) + dust - Sat(1)).raw(), 1)};
    const auto plan = Planner().plan(coins, request, seed(1));
    QVERIFY(plan);
    QVERIFY(!plan->change_index);
    QCOMPARE(plan->tx.outputs.size(), std::size_t{1});
    QCOMPARE(fault_of(coins, request, *plan), QString());
}

void TestPlanner::change_at_the_dust_limit_is_made() {
    const auto request = pay(100'000);
    const std::uint64_t with_change =
        frame_weight(1, 2) + 272 + output_weight(wpkh(1)) + output_weight(wpkh(2));
    const Sat dust = bitcoin::dust_limit(wpkh(2));
    const std::vector<Coin> coins{
        coin((Sat(100'000) + request.feerate.fee_ceil(with_change) + dust).raw(), 1)};
    const auto plan = Planner().plan(coins, request, seed(1));
    QVERIFY(plan);
    QVERIFY(plan->change_index.has_value());
    QCOMPARE(plan->tx.outputs[*plan->change_index].value, dust);
    QCOMPARE(plan->fee, request.feerate.fee_ceil(with_change));
}

void TestPlanner::feerate_bounds() {
    const std::vector<Coin> coins{coin(100'000'000, 1)};
    for (const std::uint32_t rate : {0U, 252U, 125'001U, 0xffffffffU}) {
        const auto plan = Planner().plan(coins, pay(100'000, rate), seed(1));
        QVERIFY(!plan);
        const auto* range = std::get_if<ports::FeerateOutOfRange>(&plan.error());
        QVERIFY(range != nullptr);
        QCOMPARE(range->asked.raw(), rate);
    }
    for (const std::uint32_t rate : {253U, 125'000U}) {
        const auto request = pay(100'000, rate);
        const auto plan = Planner().plan(coins, request, seed(1));
        QVERIFY(plan);
        QCOMPARE(fault_of(coins, request, *plan), QString());
    }
}

void TestPlanner::dust_output_is_named() {
    auto request = pay(100'000);
    request.outputs.push_back({Sat(329), taproot(4)});
    const auto plan = Planner().plan(std::vector<Coin>{coin(1'000'000, 1)}, request, seed(1));
    QVERIFY(!plan);
    const auto* dust = std::get_if<ports::DustOutput>(&plan.error());
    QVERIFY(dust != nullptr);
    QCOMPARE(dust->index, std::size_t{1});
    QCOMPARE(dust->least, Sat(330));
    // A data carrier costs nothing to anybody.
    request.outputs[1] = {Sat(0), bitcoin::Script{bitcoin::OP_RETURN, 1, 1}};
    QVERIFY(Planner().plan(std::vector<Coin>{coin(1'000'000, 1)}, request, seed(1)));
}

void TestPlanner::nothing_to_spend() {
    const auto is_nothing = [](const Result<SpendPlan, SpendError>& plan) {
        return !plan && std::holds_alternative<ports::NothingToSpend>(plan.error());
    };
    QVERIFY(is_nothing(Planner().plan({}, pay(1000), seed(1))));
    auto drain = pay(1000);
    drain.drain = true;
    QVERIFY(is_nothing(Planner().plan({}, drain, seed(1))));
    drain.outputs.clear();
    QVERIFY(is_nothing(Planner().plan(std::vector<Coin>{coin(5000, 1)}, drain, seed(1))));
    // A coin that costs more than it is worth is no coin.
    QVERIFY(
        is_nothing(Planner().plan(std::vector<Coin>{coin(5000, 1)}, pay(1000, 50'000), seed(1))));
    auto foreign = coin(5'000'000, 1);
    foreign.confirmed.reset();
    QVERIFY(is_nothing(Planner().plan(std::vector<Coin>{foreign}, pay(1000), seed(1))));
}

void TestPlanner::insufficient_says_exactly_how_much() {
    const auto request = pay(200'000);
    const std::vector<Coin> coins{coin(80'000, 1), coin(90'000, 2)};
    const auto plan = Planner().plan(coins, request, seed(1));
    QVERIFY(!plan);
    const auto* shortage = std::get_if<ports::InsufficientFunds>(&plan.error());
    QVERIFY(shortage != nullptr);
    QCOMPARE(shortage->available, Sat(170'000));
    // With that much more in one of the coins it just works; with one satoshi less it does not.
    auto more = coins;
    more[0].output.value += shortage->needed - shortage->available;
    QVERIFY(Planner().plan(more, request, seed(1)));
    more[0].output.value -= Sat(1);
    QVERIFY(!Planner().plan(more, request, seed(1)));
}

void TestPlanner::reserve_is_kept_whole() {
    std::vector<Coin> coins{coin(100'000, 1), coin(30'000, 2), coin(25'000, 3), coin(1'000, 4)};
    auto request = pay(60'000);
    request.keep_each = Sat(20'000);
    request.keep_count = 2;
    const auto plan = Planner().plan(coins, request, seed(1));
    QVERIFY(plan);
    QCOMPARE(fault_of(coins, request, *plan), QString());
    QVERIFY(plan->coins.size() <= 2);

    request.outputs[0].value = Sat(120'000);
    const auto touched = Planner().plan(coins, request, seed(1));
    QVERIFY(!touched);
    const auto* reserve = std::get_if<ports::ReserveTouched>(&touched.error());
    QVERIFY(reserve != nullptr);
    QCOMPARE(reserve->reserve, Sat(55'000));
    QVERIFY(reserve->needed > reserve->available);

    request.outputs[0].value = Sat(500'000);
    const auto poor = Planner().plan(coins, request, seed(1));
    QVERIFY(!poor);
    QVERIFY(std::holds_alternative<ports::InsufficientFunds>(poor.error()));

    request.drain = true;
    const auto drained = Planner().plan(coins, request, seed(1));
    QVERIFY(drained);
    QCOMPARE(fault_of(coins, request, *drained), QString());
    QCOMPARE(drained->coins.size(), std::size_t{1 + (1'000 > 272)});

    // Unconfirmed change is no reserve.
    coins[1].confirmed.reset();
    coins[1].ours = true;
    request.drain = false;
    request.outputs[0].value = Sat(10'000);
    const auto kept = Planner().plan(coins, request, seed(1));
    QVERIFY(kept);
    QCOMPARE(fault_of(coins, request, *kept), QString());
}

void TestPlanner::uneconomical_coins_count_as_reserve() {
    const std::vector<Coin> coins{coin(1'000'000, 1), coin(20'000, 2)};
    auto request = pay(100'000, 100'000);  // spending 20,000 sat would cost 27,200
    request.keep_each = Sat(10'000);
    request.keep_count = 1;
    const auto plan = Planner().plan(coins, request, seed(1));
    QVERIFY(plan);
    QCOMPARE(fault_of(coins, request, *plan), QString());
}

void TestPlanner::unconfirmed_coins() {
    std::vector<Coin> coins{coin(100'000, 1), coin(100'000, 2), coin(100'000, 3)};
    coins[1].confirmed.reset();
    coins[1].ours = true;
    coins[2].confirmed.reset();
    for (std::uint64_t n = 0; n < 10; ++n) {
        const auto one = Planner().plan(coins, pay(50'000), seed(n));
        QVERIFY(one);
        QCOMPARE(one->coins, std::vector<bitcoin::OutPoint>{coins[0].outpoint});
    }
    const auto two = Planner().plan(coins, pay(150'000), seed(1));
    QVERIFY(two);
    QCOMPARE(two->coins.size(), std::size_t{2});
    QVERIFY(!Planner().plan(coins, pay(250'000), seed(1)));
    auto strict = pay(150'000);
    strict.confirmed_only = true;
    const auto refused = Planner().plan(coins, strict, seed(1));
    QVERIFY(!refused);
    QCOMPARE(std::get<ports::InsufficientFunds>(refused.error()).available, Sat(100'000));
}

void TestPlanner::drain_takes_all() {
    const std::vector<Coin> coins{coin(100'000, 1), coin(40'000, 2, AddressType::p2tr),
                                  coin(200, 3)};
    auto request = pay(10'000);
    request.outputs.push_back({Sat(0), taproot(9)});
    request.drain = true;
    const auto plan = Planner().plan(coins, request, seed(3));
    QVERIFY(plan);
    QCOMPARE(fault_of(coins, request, *plan), QString());
    QCOMPARE(plan->coins.size(), std::size_t{2});  // 200 sat are not worth their fee
    QVERIFY(!plan->change_index);
    QCOMPARE(plan->fee, request.feerate.fee_ceil(plan->weight));

    request.outputs[0].value = Sat(139'500);  // would leave dust for the last one
    const auto poor = Planner().plan(coins, request, seed(3));
    QVERIFY(!poor);
    QVERIFY(std::holds_alternative<ports::InsufficientFunds>(poor.error()));
}

void TestPlanner::max_spendable_can_be_spent() {
    const std::vector<Coin> coins{coin(100'000, 1), coin(40'000, 2), coin(70'000, 3)};
    auto request = pay(1000);
    request.keep_each = Sat(30'000);
    request.keep_count = 1;
    const auto most = max_spendable(coins, request);
    QVERIFY(most);
    request.outputs[0].value = *most;
    const auto plan = Planner().plan(coins, request, seed(5));
    QVERIFY(plan);
    QCOMPARE(fault_of(coins, request, *plan), QString());
    request.outputs[0].value = *most + Sat(1);
    QVERIFY(!Planner().plan(coins, request, seed(5)));
}

void TestPlanner::child_pays_for_parent() {
    const std::vector<Coin> coins{coin(300'000, 1), coin(90'000, 2)};
    SpendRequest request;
    request.feerate = FeeratePerKw(5'000);
    request.change_script = wpkh(2);
    SpendRequest::Fixed anchor;
    anchor.input.previous = {Txid(seed(77).raw()), 0};
    anchor.input.sequence = 0;
    anchor.output = {Sat(330), bitcoin::p2wsh(Bytes(40))};
    anchor.witness_weight = 116;
    request.fixed = {anchor};
    request.parent_weight = 1124 + 3 * 172;
    request.parent_fee = Sat(415);
    const auto plan = Planner().plan(coins, request, seed(1));
    QVERIFY(plan);
    QCOMPARE(fault_of(coins, request, *plan), QString());
    const Sat package = request.feerate.fee_ceil(plan->weight + request.parent_weight);
    QCOMPARE(plan->fee + request.parent_fee, package);

    // A parent that pays more than asked does not pull the child below its own feerate.
    request.parent_fee = Sat(1'000'000);
    const auto rich = Planner().plan(coins, request, seed(1));
    QVERIFY(rich);
    QCOMPARE(rich->fee, request.feerate.fee_ceil(rich->weight));
}

void TestPlanner::child_needs_no_output_of_its_own() {
    SpendRequest request;
    request.feerate = FeeratePerKw(253);
    request.change_script = wpkh(2);
    SpendRequest::Fixed anchor;
    anchor.input.previous = {Txid(seed(77).raw()), 0};
    anchor.output = {Sat(330), bitcoin::p2wsh(Bytes(40))};
    anchor.witness_weight = 116;
    request.fixed = {anchor};
    const auto alone = Planner().plan({}, request, seed(1));
    QVERIFY(!alone);
    QVERIFY(std::holds_alternative<ports::InsufficientFunds>(alone.error()));
    const std::vector<Coin> coins{coin(20'000, 1)};
    const auto plan = Planner().plan(coins, request, seed(1));
    QVERIFY(plan);
    QVERIFY(plan->change_index.has_value());
    QCOMPARE(fault_of(coins, request, *plan), QString());
    // Given inputs that suffice alone take no coin.
    request.fixed[0].output.value = Sat(50'000);
    const auto self = Planner().plan(coins, request, seed(1));
    QVERIFY(self);
    QVERIFY(self->coins.empty());
    QCOMPARE(fault_of(coins, request, *self), QString());
}

void TestPlanner::keep_order_for_single_signatures() {
    std::vector<Coin> coins;
    for (std::uint32_t n = 0; n < 6; ++n) coins.push_back(coin(3'000 + n, n));
    SpendRequest request;
    request.feerate = FeeratePerKw(2'000);
    request.change_script = wpkh(2);
    request.keep_order = true;
    for (std::uint32_t n = 0; n < 2; ++n) {
        SpendRequest::Fixed htlc;
        htlc.input.previous = {Txid(seed(90 + n).raw()), n};
        htlc.input.sequence = 1;
        htlc.output = {Sat(10'000 + n), bitcoin::p2wsh(Bytes(40))};
        htlc.witness_weight = 200;
        request.fixed.push_back(htlc);
        request.outputs.push_back({Sat(10'000 + n), bitcoin::p2wsh(Bytes(41 + n))});
    }
    request.lock_time = 812;
    for (std::uint64_t n = 0; n < 20; ++n) {
        const auto plan = Planner().plan(coins, request, seed(n));
        QVERIFY(plan);
        QCOMPARE(fault_of(coins, request, *plan), QString());
        QVERIFY(!plan->paths[0] && !plan->paths[1] && plan->paths[2]);
        QCOMPARE(plan->tx.inputs[2].sequence, 0xfffffffdU);
        if (plan->change_index) QCOMPARE(*plan->change_index, 2U);
    }
}

void TestPlanner::same_entropy_same_plan() {
    std::vector<Coin> coins;
    for (std::uint32_t n = 0; n < 30; ++n) coins.push_back(coin(10'000 + 997 * n, n));
    const auto request = pay(90'000);
    std::set<Txid> txids;
    for (std::uint64_t n = 0; n < 10; ++n) {
        const auto a = Planner().plan(coins, request, seed(n));
        const auto b = Planner().plan(coins, request, seed(n));
        QVERIFY(a && b);
        QCOMPARE(a->tx, b->tx);
        txids.insert(a->tx.txid());
    }
    QVERIFY(txids.size() > 5);
}

void TestPlanner::order_does_not_tell_the_change() {
    const std::vector<Coin> coins{coin(1'000'000, 1)};
    int first = 0;
    for (std::uint64_t n = 0; n < 200; ++n) {
        const auto plan = Planner().plan(coins, pay(90'000), seed(n));
        QVERIFY(plan && plan->change_index);
        first += *plan->change_index == 0 ? 1 : 0;
    }
    QVERIFY(first > 60 && first < 140);
}

void TestPlanner::absurd_values_do_not_wrap() {
    auto request = pay(0xffffffffffffffffULL);
    const std::vector<Coin> coins{coin(max_money.raw(), 1), coin(max_money.raw(), 2),
                                  coin(~0ULL, 3)};
    QVERIFY(!Planner().plan(coins, request, seed(1)));
    request.outputs.push_back({Sat(~0ULL), wpkh(5)});
    QVERIFY(!Planner().plan(coins, request, seed(1)));
    request = pay(100'000);
    request.parent_weight = ~0ULL;
    QVERIFY(Planner().plan(coins, request, seed(1)));
    request.parent_fee = Sat(~0ULL);
    request.keep_count = ~std::size_t{0};
    request.keep_each = Sat(~0ULL);
    QVERIFY(Planner().plan(coins, request, seed(1)));
    SpendRequest::Fixed fixed;
    fixed.output.value = Sat(~0ULL);
    fixed.witness_weight = ~0ULL;
    request.fixed = {fixed, fixed};
    (void)Planner().plan(coins, request, seed(1));
}

void TestPlanner::many_coins_stay_relayable() {
    std::vector<Coin> coins;
    for (std::uint32_t n = 0; n < 3000; ++n) coins.push_back(coin(10'000 + n % 50, n));
    auto request = pay(1'000);
    request.drain = true;
    const auto all = Planner().plan(coins, request, seed(1));
    QVERIFY(all);
    QCOMPARE(fault_of(coins, request, *all), QString());
    QVERIFY(all->weight <= 400'000 && all->weight > 398'000);
    const auto some = Planner().plan(coins, pay(5'000'000), seed(1));
    QVERIFY(some);
    QCOMPARE(fault_of(coins, pay(5'000'000), *some), QString());
}

void TestPlanner::property_selection_against_every_subset() {
    std::mt19937_64 random(20240601);
    int changeless = 0;
    for (int round = 0; round < 400; ++round) {
        const std::uint32_t feerate = std::array{253U, 1000U, 2500U, 2600U, 20'000U}[random() % 5];
        Goal goal;
        goal.feerate = feerate;
        goal.change_fee = static_cast<Milli>(feerate) * 124;
        goal.least_change = 294'000;
        goal.good_change = random() % 2 == 0 ? 294'000 : 50'000'000;
        goal.change_spend = 272 * static_cast<Milli>(long_term_feerate);
        goal.change_required = random() % 8 == 0;
        std::vector<Candidate> candidates;
        Milli total = 0;
        const std::size_t count = random() % 13;
        for (std::size_t n = 0; n < count; ++n) {
            const std::uint64_t weight = random() % 3 == 0 ? 230 : 272;
            // Often alike, so that sums collide.
            const Milli effective =
                static_cast<Milli>(1 + random() % (random() % 2 == 0 ? 8 : 5000)) * 1'000'000 -
                static_cast<Milli>(random() % 2 == 0 ? 0 : random() % 1000);
            candidates.push_back({n, effective, weight});
            total += effective;
        }
        goal.target =
            static_cast<Milli>(random() % (static_cast<std::uint64_t>(total) + 2'000'000)) + 1;
        if (random() % 3 == 0 && count > 0) {
            // A subset that fits to the dust.
            goal.target = 0;
            for (const auto& c : candidates) goal.target += random() % 2 == 0 ? c.effective : 0;
            goal.target = std::max<Milli>(1, goal.target - static_cast<Milli>(random() % 400'000));
        }
        const auto best = search_all(candidates, goal);
        Draw draw(seed(static_cast<std::uint64_t>(round)));
        const auto chosen = select(candidates, goal, draw);
        QCOMPARE(chosen.has_value(), best.possible);
        if (!chosen) continue;
        const auto judged = judge(candidates, chosen->picked, goal);
        QVERIFY(judged);
        QCOMPARE(judged->waste, chosen->waste);
        QCOMPARE(judged->change, chosen->change);
        QVERIFY(chosen->waste <= *best.worst);
        const auto exact = branch_and_bound(candidates, goal);
        QCOMPARE(exact.has_value(), best.best_changeless.has_value());
        if (best.best_changeless) {
            ++changeless;
            QCOMPARE(exact->waste, *best.best_changeless);
            QVERIFY(chosen->waste <= *best.best_changeless);
        }
    }
    QVERIFY(changeless > 50);
}

void TestPlanner::property_plans_are_valid() {
    std::mt19937_64 random(7);
    int planned = 0;
    int refused = 0;
    for (int round = 0; round < 3000; ++round) {
        std::vector<Coin> coins;
        const std::size_t count = random() % 13;
        for (std::uint32_t n = 0; n < count; ++n) {
            auto c = coin(100 + random() % (random() % 3 == 0 ? 2'000 : 200'000), n,
                          random() % 3 == 0 ? AddressType::p2tr : AddressType::p2wpkh);
            if (random() % 4 == 0) c.confirmed.reset();
            c.ours = random() % 2 == 0;
            coins.push_back(c);
        }
        auto request =
            pay(300 + random() % 300'000, static_cast<std::uint32_t>(253 + random() % 12'000));
        if (random() % 3 == 0)
            request.outputs.push_back({Sat(400 + random() % 20'000), taproot(3)});
        request.drain = random() % 5 == 0;
        request.confirmed_only = random() % 4 == 0;
        request.keep_order = random() % 2 == 0;
        if (random() % 3 == 0) {
            request.keep_count = random() % 4;
            request.keep_each = Sat(random() % 60'000);
        }
        if (random() % 4 == 0) {
            SpendRequest::Fixed fixed;
            fixed.input.previous = random() % 4 == 0 && !coins.empty()
                                       ? coins[random() % coins.size()].outpoint
                                       : bitcoin::OutPoint{Txid(seed(random()).raw()), 1};
            fixed.output = {Sat(330 + random() % 5'000), bitcoin::p2wsh(Bytes(20))};
            fixed.witness_weight = 50 + random() % 200;
            request.fixed = {fixed};
            request.parent_weight = random() % 3'000;
            request.parent_fee = Sat(random() % 3'000);
            if (random() % 3 == 0 && !request.drain) request.outputs.clear();
        }
        request.lock_time = static_cast<std::uint32_t>(random() % 900'000);
        const auto plan = Planner().plan(coins, request, seed(random()));
        if (plan) {
            ++planned;
            const auto fault = fault_of(coins, request, *plan);
            if (!fault.isEmpty()) qWarning("round %d", round);
            QCOMPARE(fault, QString());
            if (!request.drain) continue;
            // What a drain leaves behind is the reserve, what is not safe, and what is not worth
            // its fee.
            for (const auto& c : coins) {
                const bool worth = in_range(c, request);
                const bool used =
                    std::any_of(plan->tx.inputs.begin(), plan->tx.inputs.end(),
                                [&](const auto& in) { return in.previous == c.outpoint; });
                QVERIFY(used || !worth || request.keep_count > 0);
            }
            continue;
        }
        ++refused;
        if (const auto* touched = std::get_if<ports::ReserveTouched>(&plan.error())) {
            auto without = request;
            without.keep_count = 0;
            QVERIFY(Planner().plan(coins, without, seed(1)));
            QVERIFY(touched->needed > touched->available);
        } else if (const auto* poor = std::get_if<ports::InsufficientFunds>(&plan.error())) {
            auto without = request;
            without.keep_count = 0;
            QVERIFY(!Planner().plan(coins, without, seed(1)));
            QVERIFY(poor->needed > poor->available);
            QVERIFY(poor->available <= value_sum(coins) + Sat(6'000));
        } else {
            QVERIFY(std::holds_alternative<ports::NothingToSpend>(plan.error()));
        }
    }
    QVERIFY(planned > 500 && refused > 300);
}

RUNNEL_TEST(TestPlanner)
#include "test_planner.moc"
