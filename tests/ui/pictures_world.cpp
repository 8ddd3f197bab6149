#include "tests/ui/pictures_world.h"

#include <algorithm>
#include <array>

namespace runnel::test {

namespace {

PaymentHash hashOf(std::uint8_t n) {
    PaymentHash hash;
    hash.raw().fill(n);
    return hash;
}

ChannelId channelId(std::uint8_t n) {
    ChannelId id;
    id.raw().fill(n);
    return id;
}

UnixTime ago(std::int64_t seconds) {
    return UnixTime(QDateTime::currentSecsSinceEpoch() - seconds);
}

api::ChannelView base(std::uint8_t n, const char* state) {
    api::ChannelView c;
    c.channel_id = channelId(n);
    c.peer = stageKey(n);
    c.state = state;
    c.we_funded = true;
    c.capacity = Sat(500'000);
    c.our_reserve = c.their_reserve = Msat(5'000'000);
    c.our_delay = 720;
    c.feerate = FeeratePerKw(253);
    c.funding.txid.raw().fill(n);
    c.confirmations = 30;
    c.confirmations_needed = 3;
    return c;
}

}  // namespace

crypto::PublicKey stageKey(std::uint8_t n) {
    Secret32 secret;
    secret.reveal()[31] = n;
    return crypto::PrivateKey::from(secret)->public_key();
}

api::ChannelView stuckClose(api::ChannelView channel) {
    channel.state = "shutting_down";
    channel.usable = false;
    channel.htlcs.clear();
    channel.in_flight_out = Msat(0);
    channel.next_deadline.reset();
    channel.waits_for = "shutdown";
    channel.waits_since = BlockHeight(228);
    channel.waited_blocks = 12;
    return channel;
}

api::ChannelView outdatedCopy(api::ChannelView channel) {
    channel.state = "closing";
    channel.usable = false;
    channel.ours = channel.theirs = channel.can_send = channel.can_receive = Msat(0);
    channel.in_flight_out = Msat(0);
    channel.htlcs.clear();
    channel.next_deadline.reset();
    channel.closing_reason = "the peer holds a newer state";
    channel.they_must_close = true;
    return channel;
}

Stage::Stage(Scene scene) {
    auto picture = std::make_shared<api::Snapshot>();
    picture->network = Network::practice;
    picture->node_id = stageKey(9);
    picture->chain = {true, true, BlockHeight(240), {}, 600};
    if (scene == Scene::offline)
        picture->chain = {false, false, BlockHeight(240),
                          "connection refused by 127.0.0.1 port 18443", 600};
    picture->balance.least_to_open = Sat(72'000);
    if (scene == Scene::first_coins) picture->balance.onchain = Sat(1'000'000);
    if (scene == Scene::full || scene == Scene::offline) {
        fillChannels(*picture);
        fillLists();
    }
    m_picture = picture;
}

void Stage::fillChannels(api::Snapshot& picture) {
    auto shop = base(1, "normal");
    shop.online = shop.usable = true;
    shop.ours = Msat(331'204'000);
    shop.theirs = Msat(150'000'000);
    shop.in_flight_out = Msat(18'796'000);
    shop.can_send = Msat(321'204'000);
    shop.kept = Msat(10'000'000);
    shop.can_receive = Msat(145'000'000);
    shop.htlcs = {{true, 4, Msat(18'000'000), hashOf(20), BlockHeight(300), "locked_in"},
                  {true, 5, Msat(796'000), hashOf(21), BlockHeight(384), "offered"}};
    shop.next_deadline = BlockHeight(300);
    auto hub = base(2, "normal");
    hub.ours = Msat(1'000'000);
    hub.theirs = Msat(499'000'000);
    hub.can_receive = Msat(489'000'000);
    auto opening = base(3, "awaiting_confirmation");
    opening.online = true;
    opening.ours = Msat(500'000'000);
    opening.confirmations = 1;
    opening.usable_in = 2;
    auto closing = base(4, "closing");
    closing.ours = Msat(40'000'000);
    closing.theirs = Msat(460'000'000);
    closing.closing_to_us = Sat(39'404);
    closing.closing_until = BlockHeight(950);
    closing.closing_reason = "asked to";
    closing.closing_txid.emplace();
    closing.closing_txid->raw().fill(0x77);
    auto closed = base(5, "closed");
    closed.closing_reason = "mutual";
    picture.channels = {shop, hub, opening, closing, closed};
    picture.peers = {{stageKey(1), "127.0.0.1", 9735, true, "0"},
                     {stageKey(2), "hub.example", 9735, false, "0"}};
    picture.balance.onchain = Sat(1'284'500);
    picture.balance.onchain_unconfirmed = Sat(64'000);
    picture.balance.reserved = Sat(125'000);
    picture.balance.can_send = Msat(321'204'000);
    picture.balance.can_receive = Msat(145'000'000);
    picture.balance.in_flight = Msat(18'796'000);
    picture.balance.closing = Sat(39'404);
}

void Stage::fillLists() {
    struct Line {
        bool outgoing;
        api::PaymentStatus status;
        std::uint64_t sat;
        const char* description;
        const char* failure;
        std::int64_t ago;
    };
    const Line lines[] = {
        {true, api::PaymentStatus::pending, 18'000,
         "Train ticket, second class, there and back again with a bicycle", "", 40},
        {true, api::PaymentStatus::paid, 1'250, "Two coffees and a cake", "", 400},
        {false, api::PaymentStatus::paid, 20'000, "Dinner, my share", "", 5'000},
        {true, api::PaymentStatus::failed, 900'000, "Bicycle", "insufficient_liquidity", 9'000},
        {false, api::PaymentStatus::pending, 7'500,
         "Half of the taxi to the station, and the flowers", "", 60},
        {false, api::PaymentStatus::pending, 4'200, "Concert", "", 40'000},
        {true, api::PaymentStatus::paid, 3, "", "", 90'000},
        {true, api::PaymentStatus::paid, 21, "An article", "", 400'000},
        {false, api::PaymentStatus::paid, 150'000, "Rent", "", 4'000'000},
    };
    std::uint8_t n = 30;
    for (const auto& line : lines) {
        api::PaymentView p;
        p.outgoing = line.outgoing;
        p.status = line.status;
        p.amount = Sat(line.sat).msat();
        p.fee = line.outgoing && line.sat > 1'000 ? Msat(1'200) : Msat(0);
        p.description = line.description;
        p.failure = line.failure;
        p.created = ago(line.ago);
        p.elapsed_ms = 340;
        p.payment_hash = hashOf(n);
        p.payee = stageKey(1);
        p.bolt11 = "lnbcrt12500n1pj9npz3pp5" + std::string(240, 'q');
        if (line.status == api::PaymentStatus::paid) {
            p.preimage.emplace();
            p.preimage->raw().fill(n);
            p.finished = ago(line.ago - 1);
        }
        // The one that waits still can be paid; the older one has expired.
        if (!line.outgoing) p.expires = ago(line.ago > 10'000 ? line.ago - 3'600 : -3'540);
        p.sequence = static_cast<std::uint64_t>(10'000 - n);
        m_payments.push_back(p);
        ++n;
    }
    const std::pair<const char*, std::int64_t> moves[] = {
        {"receive", 64'000}, {"close", 120'400}, {"funding", -500'412}, {"receive", 2'000'000}};
    std::int64_t when = 700;
    for (const auto& [purpose, net] : moves) {
        api::TransactionView tx;
        tx.purpose = purpose;
        tx.net_sat = net;
        if (net < 0) tx.fee = Sat(412);
        if (when > 700) tx.height = BlockHeight(static_cast<std::uint32_t>(240 - when / 3'000));
        tx.first_seen = ago(when);
        tx.txid.raw().fill(static_cast<std::uint8_t>(when));
        tx.sequence = static_cast<std::uint64_t>(10'000'000 - when);
        if (!tx.height && tx.fee) tx.expected_blocks = api::blocks_of(api::Pace::normal);
        m_transactions.push_back(tx);
        when *= 5;
    }
}

void Stage::post(api::Command command, api::OnAnswer on_answer) {
    const bool receives = std::holds_alternative<api::CreateInvoice>(command.wish) ||
                          std::holds_alternative<api::NewAddress>(command.wish);
    if (receives && receive_fails) return on_answer(fail(*receive_fails));
    if (receives && hold_receive) return m_waiting.push_back(std::move(on_answer));
    if (std::holds_alternative<api::CreateInvoice>(command.wish)) {
        last_invoice = hashOf(99);
        const std::string bolt11 = "lnbcrt12500n1pj9npz3pp5" + std::string(240, 'q');
        api::PaymentView view;
        view.payment_hash = last_invoice;
        view.amount = std::get<api::CreateInvoice>(command.wish).amount.value_or(Msat(0));
        view.created = ago(0);
        view.expires = ago(-3'600);
        view.bolt11 = bolt11;
        view.sequence = 20'000;
        if (!payment(last_invoice)) m_payments.insert(m_payments.begin(), view);
        on_answer(api::Answer(api::InvoiceMade{bolt11, last_invoice, *view.expires}));
        return;
    }
    if (std::holds_alternative<api::NewAddress>(command.wish)) {
        std::string address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
        if (fresh_addresses) address += std::to_string(++m_addresses);
        on_answer(api::Answer(api::AddressMade{address}));
        return;
    }
    posted.push_back(command.wish);
    if (answer) on_answer(*answer);
    else m_waiting.push_back(std::move(on_answer));
}

void Stage::answerNext(const api::CommandResult& result) {
    if (m_waiting.empty()) qFatal("nobody waits for an answer");
    const auto on_answer = std::move(m_waiting.front());
    m_waiting.erase(m_waiting.begin());
    on_answer(result);
}

namespace {

/// What a link says about the chain, in the states that the page knows.
api::Inspection onChain(const std::string& text) {
    api::Inspection out;
    out.kind = "bitcoin";
    auto& target = out.onchain.emplace();
    target.address = "bcrt1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqc8gma6";
    if (text == "address") return out;
    target.address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
    if (text == "foreign") {
        target.address = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
        target.problem = api::Problem{api::ProblemKind::wrong_network,
                                      {{"expected", "regtest"}, {"found", "mainnet"}}};
    } else {
        target.amount = Sat(text == "link-dear" ? 1'200'000 : 250'000);
        target.label = "The shop around the corner";
        target.message = "Order 4711, two bicycles for the summer";
    }
    target.own = text == "own";
    if (text == "link-broken") out.problem = api::Problem{api::ProblemKind::expired, {}};
    return out;
}

}  // namespace

Result<api::Inspection, api::Problem> Stage::inspect(const std::string& text,
                                                     const std::optional<Msat>& amount) const {
    ++times_inspected;
    auto looked = looks_up ? looks_up(text) : lookUp(text);
    const bool asks =
        looked && looked->problem && looked->problem->kind == api::ProblemKind::amount_missing;
    if (!amount || !asks) return looked;
    looked->problem.reset();
    looked->fee = Msat(1'200);
    const auto most = m_picture->balance.can_send;
    if (*amount > most) {
        looked->fee.reset();
        looked->problem = api::Problem{api::ProblemKind::insufficient_liquidity,
                                       {{"can_send_msat", std::to_string(most.raw())},
                                        {"needed_msat", std::to_string(amount->raw())},
                                        {"reserve_msat", "5000000"}}};
    }
    return looked;
}

Result<api::Inspection, api::Problem> Stage::lookUp(const std::string& text) {
    for (const char* const chain :
         {"address", "foreign", "link", "link-dear", "own", "link-broken"}) {
        if (text == chain) return onChain(text);
    }
    if (text == "typo")
        return fail(api::Problem{api::ProblemKind::malformed,
                                 {{"what", "address"}, {"cause", "bad_checksum"}}});
    if (text == looks_real) return lookUp("good");
    if (text == "half" || text == "one-and-a-half") {
        auto out = lookUp("good");
        out->amount = Msat(text == "half" ? 500 : 1'500);
        out->fee = Msat(0);
        return out;
    }
    if (text == "sent") {
        auto out = lookUp("both");
        out->onchain->sent = api::SentBefore{Txid{}, Sat(250'000), ago(600), std::nullopt, true};
        return out;
    }
    if (text == "both") {
        auto out = lookUp("good");
        out->onchain = onChain("link").onchain;
        return out;
    }
    if (text != "good" && text != "any" && text != "dear")
        return fail(api::Problem{api::ProblemKind::malformed, {{"cause", "bad_checksum"}}});
    api::Inspection out;
    out.kind = "bolt11";
    out.bolt11 = text;
    out.description = "Two coffees and a cake, with thanks from the shop around the corner";
    out.payee = stageKey(1);
    out.payment_hash = hashOf(31);
    out.expires = ago(-3'600);
    if (text != "any") out.amount = Msat(text == "dear" ? 900'000'000 : 1'250'000);
    if (text == "any") out.problem = api::Problem{api::ProblemKind::amount_missing, {}};
    if (text == "dear")
        out.problem = api::Problem{api::ProblemKind::insufficient_liquidity,
                                   {{"can_send_msat", "321204000"},
                                    {"needed_msat", "900000000"},
                                    {"reserve_msat", "5000000"},
                                    {"in_flight_msat", "18796000"},
                                    {"offline_msat", "1000000"},
                                    {"limits_msat", "5000000"}}};
    if (text == "good") out.fee = Msat(1'200);
    return out;
}

Result<api::OpenQuote, api::Problem> Stage::quote(const api::AskOpen& ask) const {
    if (quote_fails) return fail(*quote_fails);
    if (!ask.amount && everything_fails) return fail(*everything_fails);
    const Sat amount = ask.amount.value_or(Sat(1'159'000));
    if (amount > Sat(1'159'000))
        return fail(api::Problem{api::ProblemKind::insufficient_funds,
                                 {{"available_sat", "1159000"}, {"needed_sat", "5000412"}}});
    api::OpenQuote out{amount, Sat(412),        Sat(150'000), Sat(amount.raw() / 100),
                       3,      BlockDelta(2016)};
    out.expected_blocks = api::blocks_of(api::Pace::normal);
    out.feerate = FeeratePerKw(1'000);
    if (dearer) out.fee = Sat(824), out.feerate = FeeratePerKw(2'000);
    return out;
}

Result<api::CloseQuote, api::Problem> Stage::quote(const api::AskClose& ask) const {
    if (quote_fails) return fail(*quote_fails);
    api::CloseQuote out{Sat(330'900),     Sat(304),         BlockDelta(0),
                        BlockHeight(384), Msat(18'796'000), false};
    out.expected_blocks = api::blocks_of(api::Pace::normal);
    if (!ask.force) out.most = Sat(608);
    if (dearer) out.fee = Sat(608), out.most = Sat(1'216);
    if (ask.force) out.wait = BlockDelta(720), out.fee = Sat(1'290), out.to_us = Sat(329'914);
    return out;
}

Result<api::SendQuote, api::Problem> Stage::quote(const api::AskSend& ask) const {
    ++times_quoted;
    const Sat most(1'159'088);
    if (ask.amount && *ask.amount < Sat(294))
        return fail(
            api::Problem{api::ProblemKind::amount_too_small, {{"least", "294"}, {"unit", "sat"}}});
    if (ask.amount && *ask.amount > Sat(1'284'000)) {
        return fail(api::Problem{api::ProblemKind::insufficient_funds,
                                 {{"available_sat", "1284500"},
                                  {"needed_sat", std::to_string(ask.amount->raw() + 412)}}});
    }
    if (ask.amount && *ask.amount > most) {
        return fail(api::Problem{api::ProblemKind::reserve_needed,
                                 {{"available_sat", "1159500"},
                                  {"needed_sat", std::to_string(ask.amount->raw() + 412)},
                                  {"reserve_sat", "125000"}}});
    }
    api::SendQuote out;
    out.amount = ask.amount.value_or(most);
    out.fee = Sat(ask.pace == api::Pace::urgent   ? 1'030
                  : ask.pace == api::Pace::normal ? 412
                                                  : 104);
    out.expected_blocks = api::blocks_of(ask.pace);
    if (hurried && ask.pace != api::Pace::urgent) {
        out.fee = Sat(1'030);
        out.expected_blocks = api::blocks_of(api::Pace::urgent);
        out.hurried = true;
    }
    out.kept = Sat(1'284'500) - out.amount - out.fee;
    if (!ask.amount) out.kept = Sat(125'000), out.kept_parts = {{Sat(125'000), "anchor_reserve"}};
    out.reserve = Sat(125'000);
    return out;
}

std::vector<api::PaymentView> Stage::payments(const api::ListRequest& request) const {
    auto all = m_payments;
    for (std::size_t i = 0; i < more_payments; ++i) {
        api::PaymentView p;
        p.status = api::PaymentStatus::paid;
        p.amount = Sat(100 + i).msat();
        p.created = ago(5'000'000 + static_cast<std::int64_t>(i));
        p.payment_hash.raw().fill(0xee);
        p.payment_hash.raw()[0] = static_cast<std::uint8_t>(i >> 8);
        p.payment_hash.raw()[1] = static_cast<std::uint8_t>(i);
        p.sequence = 5'000 - i;
        all.push_back(p);
    }
    std::vector<api::PaymentView> out;
    for (const auto& payment : all) {
        if (request.cursor && payment.sequence >= *request.cursor) continue;
        if (out.size() < request.limit) out.push_back(payment);
    }
    return out;
}

std::optional<api::PaymentView> Stage::payment(const PaymentHash& hash) const {
    const auto found = std::find_if(m_payments.begin(), m_payments.end(),
                                    [&](const auto& p) { return p.payment_hash == hash; });
    return found == m_payments.end() ? std::nullopt : std::optional(*found);
}

std::vector<api::TransactionView> Stage::transactions(const api::ListRequest& request) const {
    std::vector<api::TransactionView> out;
    for (const auto& tx : m_transactions) {
        if (request.cursor && tx.sequence >= *request.cursor) continue;
        if (out.size() < request.limit) out.push_back(tx);
    }
    return out;
}

void Stage::put(const api::TransactionView& tx) {
    drop(tx.txid);
    m_transactions.insert(m_transactions.begin(), tx);
}

void Stage::drop(const Txid& txid) {
    std::erase_if(m_transactions, [&](const auto& tx) { return tx.txid == txid; });
}

std::shared_ptr<void> Stage::subscribe(api::OnNotice on_notice) {
    auto held = std::make_shared<api::OnNotice>(std::move(on_notice));
    m_listener = held;
    return held;
}

std::shared_ptr<void> Stage::observe(api::OnPicture on_picture) {
    auto held = std::make_shared<api::OnPicture>(std::move(on_picture));
    m_observer = held;
    return held;
}

void Stage::show(const api::Snapshot& picture) {
    m_picture = std::make_shared<const api::Snapshot>(picture);
    if (const auto observer = m_observer.lock()) (*observer)(m_picture);
}

void Stage::tell(const api::Notice& notice) {
    if (const auto* const paid = std::get_if<api::PaymentReceived>(&notice)) {
        for (auto& payment : m_payments) {
            if (payment.payment_hash != paid->payment_hash) continue;
            payment.status = api::PaymentStatus::paid;
            payment.amount = paid->amount;
        }
    }
    for (auto& payment : m_payments) {
        if (const auto* const sent = std::get_if<api::PaymentSent>(&notice);
            sent != nullptr && sent->payment_hash == payment.payment_hash) {
            payment.status = api::PaymentStatus::paid;
            payment.fee = sent->fee;
            payment.preimage.emplace();
            payment.preimage->raw().fill(0x5d);
        }
        if (const auto* const failed = std::get_if<api::PaymentFailed>(&notice);
            failed != nullptr && failed->payment_hash == payment.payment_hash) {
            payment.status = api::PaymentStatus::failed;
            payment.failure = api::to_string(failed->problem.kind);
        }
    }
    if (const auto listener = m_listener.lock()) (*listener)(notice);
}

void Stage::peers(Done<std::vector<api::PracticePeer>> done) {
    done(std::vector<api::PracticePeer>{{"shop", stageKey(1), "127.0.0.1", 9735},
                                        {"hub", stageKey(2), "127.0.0.1", 9736},
                                        {"shop-two", stageKey(3), "127.0.0.1", 9737}});
}

SecretBytes StageSetup::fresh_words() {
    std::string out;
    for (std::size_t i = 0; i < 24; ++i) out += (i == 0 ? "" : " ") + std::string(word(i * 83));
    return SecretBytes(bytes_of(out));
}

std::string_view StageSetup::word(std::size_t index) const {
    // As long as the list's longest.
    static const std::vector<std::string> list = [] {
        static constexpr std::array<const char*, 6> roots{"abstract", "river", "october",
                                                          "mushroom", "all",   "umbrella"};
        std::vector<std::string> made;
        for (std::size_t i = 0; i < 2048; ++i) {
            std::string word = roots[i % roots.size()];
            word.resize(std::min<std::size_t>(word.size(), 6));
            word += static_cast<char>('a' + i / 26 % 26);
            word += static_cast<char>('a' + i % 26);
            made.push_back(word);
        }
        return made;
    }();
    return list[index % list.size()];
}

void StageSetup::create(api::Creation, api::OnSession done) {
    if (!silent) done(fail(api::SetupProblem{api::SetupFault::disk, "No space left on device"}));
}
void StageSetup::set_aside(Network network,
                           std::function<void(Result<std::string, api::SetupProblem>)> done) {
    if (fails) return done(fail(*fails));
    for (auto& choice : offered) {
        if (choice.network == network) choice.exists = false;
    }
    done(std::string("/home/somebody/.local/share/runnel/practice-until-2027-01-05"));
}
void StageSetup::open(api::Opening, api::OnSession done) {
    if (!silent)
        done(fail(fails.value_or(api::SetupProblem{api::SetupFault::wrong_passphrase, {}})));
}

}  // namespace runnel::test
