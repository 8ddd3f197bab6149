#include "tests/ui/world.h"

#include "core/bitcoin/address.h"
#include "core/shell/engine.h"
#include "core/sim/chain.h"
#include "core/sim/memory_store.h"
#include "wallet/coins/planner.h"
#include "wallet/keys/key_ring.h"
#include "wallet/keys/mnemonic.h"

#include <QtGlobal>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

namespace runnel::test {

namespace asio = boost::asio;

namespace {

std::shared_ptr<const keys::SeedKeyRing> ringOf(std::uint8_t n) {
    const Bytes entropy(16, n);
    return std::make_shared<const keys::SeedKeyRing>(*keys::Mnemonic::from_entropy(entropy)->seed(),
                                                     Network::regtest);
}

}  // namespace

struct World::Impl final : api::Practice {
    struct Party {
        Party(Impl& impl, std::uint8_t n) : ring(ringOf(n)) { start(impl); }
        void start(Impl& impl) {
            auto loaded = node::Node::load(node::Config{}, ring,
                                           std::make_shared<const coins::Planner>(), store);
            if (!loaded) qFatal("no node");
            shell::Engine::Hooks hooks;
            hooks.broadcast = [&impl](const ports::Broadcast& wanted) {
                impl.broadcast(wanted.transactions);
            };
            hooks.watch = [](const ports::Watch&) {};
            hooks.disk_low = [this] { return disk_low.load(); };
            hooks.on_fatal = [](const ports::CommitError&) { qFatal("a commit failed"); };
            hooks.log = [&impl](LogLevel level, std::string_view line) {
                if (level != LogLevel::broken) return;
                const std::lock_guard lock(impl.mutex);
                impl.broken.emplace_back(line);
            };
            engine.emplace(impl.io, *std::move(loaded), store, ring->node_key(), std::move(hooks),
                           shell::Engine::Settings{});
            engine->start();
        }
        std::shared_ptr<const keys::SeedKeyRing> ring;
        sim::MemoryStore store;
        std::optional<shell::Engine> engine;
        std::uint16_t port = 0;
        std::atomic<bool> disk_low{false};
    };

    Impl() {
        person.emplace(*this, 1);
        shop.emplace(*this, 2);
        const auto listening = shop->engine->listen("127.0.0.1", 0);
        if (!listening) qFatal("no port");
        shop->port = *listening;
        tell(status());
        thread = std::thread([this] { io.run(); });
        // The shop has coins to open channels and pay with.
        give(*shop, Sat(5'000'000));
        wait<int>([this](auto done) {
            mineNow(1);
            done(0);
        });
    }
    ~Impl() override {
        for (auto* const party : {&*person, &*shop}) stop(*party);
        work.reset();
        io.stop();
        thread.join();
        person.reset();
        shop.reset();
    }

    void stop(Party& party) {
        if (!party.engine) return;
        wait<int>([&](auto done) { party.engine->stop([done] { done(0); }); });
        // One more round: what its connections still had to say is on its way.
        wait<int>([&](auto done) {
            party.engine.reset();
            done(0);
        });
    }
    void tell(const ports::ChainEvent& event) {
        for (auto* const party : {&*person, &*shop}) {
            if (party->engine) party->engine->on_chain_event(event);
        }
    }

    /// Runs on the engines' thread and waits for what it gives to `done`.
    template <typename T>
    T wait(std::function<void(std::function<void(T)>)> what) {
        std::promise<T> answer;
        asio::post(io, [&] { what([&](T value) { answer.set_value(std::move(value)); }); });
        return answer.get_future().get();
    }
    api::CommandResult ask(Party& party, decltype(api::Command::wish) wish) {
        return wait<api::CommandResult>([&](std::function<void(api::CommandResult)> done) {
            party.engine->post({freshId(), wish},
                               [done](const api::CommandResult& result) { done(result); });
        });
    }
    api::CommandId freshId() {
        api::CommandId id;
        const auto n = ++ids;
        for (std::size_t i = 0; i < 8; ++i) id.raw()[i] = static_cast<std::uint8_t>(n >> (8 * i));
        return id;
    }

    ports::ChainStatus status() const { return {true, true, chain.height(), true, {}}; }
    void broadcast(const std::vector<ports::TxPtr>& transactions) {
        for (const auto& tx : transactions) {
            const bool accepted = bool(chain.submit(*tx));
            if (accepted) tell(ports::MempoolTx{tx});
            tell(ports::BroadcastResult{tx->txid(), accepted, ""});
        }
    }
    void mineNow(unsigned blocks) {
        for (unsigned i = 0; i < blocks; ++i) {
            chain.mine(1);
            const auto block = chain.block(chain.height());
            ports::BlockConnected event{chain.height(),
                                        chain.tip(),
                                        block->header.previous,
                                        UnixTime(block->header.time),
                                        {}};
            for (std::uint32_t n = 0; n < block->transactions.size(); ++n) {
                event.relevant.push_back(
                    {std::make_shared<const bitcoin::Transaction>(block->transactions[n]), n});
            }
            tell(event);
            tell(status());
        }
    }
    Result<Txid, api::Problem> payTo(const std::string& address, Sat amount) {
        const auto script = bitcoin::parse_address(address, Network::regtest);
        const auto sent = chain.faucet(*script, amount);
        if (!sent)
            return fail(
                api::Problem{api::ProblemKind::internal, {{"detail", "the faucet is dry"}}});
        if (const auto tx = findUnconfirmed(sent->txid)) tell(ports::MempoolTx{tx});
        return sent->txid;
    }
    ports::TxPtr findUnconfirmed(const Txid& txid) {
        const auto found = chain.transaction(txid);
        return found ? found->tx : nullptr;
    }
    void give(Party& party, Sat amount) {
        const auto made = ask(party, api::NewAddress{});
        wait<int>([&](auto done) {
            static_cast<void>(payTo(std::get<api::AddressMade>(*made).address, amount));
            done(0);
        });
    }

    // Practice
    void peers(Done<std::vector<api::PracticePeer>> done) override {
        done(std::vector<api::PracticePeer>{
            {"shop", shop->ring->node_id(), "127.0.0.1", shop->port}});
    }
    void faucet(Sat amount, Done<Txid> done) override {
        asio::post(io, [this, amount, done] {
            person->engine->post({freshId(), api::NewAddress{}},
                                 [this, amount, done](const api::CommandResult& made) {
                                     done(payTo(std::get<api::AddressMade>(*made).address, amount));
                                 });
        });
    }
    void mine(std::uint32_t blocks, Done<BlockHeight> done) override {
        asio::post(io, [this, blocks, done] {
            mineNow(blocks);
            done(chain.height());
        });
    }
    void invoice(Msat amount, bool, Done<std::string> done) override {
        asio::post(io, [this, amount, done] {
            shop->engine->post({freshId(), api::CreateInvoice{amount, "Coffee", 3600}},
                               [done](const api::CommandResult& made) {
                                   done(std::get<api::InvoiceMade>(*made).bolt11);
                               });
        });
    }
    void refund(std::string bolt11, Done<Msat> done) override {
        asio::post(io, [this, bolt11 = std::move(bolt11), done] {
            shop->engine->post(
                {freshId(), api::Pay{bolt11, std::nullopt, std::nullopt, 60}},
                [done](const api::CommandResult& result) {
                    if (!result) done(fail(result.error()));
                    else if (const auto* const paid = std::get_if<api::Paid>(&*result))
                        done(paid->amount);
                    else done(fail(api::Problem{api::ProblemKind::timed_out, {}}));
                });
        });
    }
    void open_to_me(Sat amount, Done<Txid> done) override {
        asio::post(io, [this, amount, done] {
            // To whoever is connected to it, as over the practice network.
            person->engine->post(
                {freshId(), api::Connect{shop->ring->node_id(), "127.0.0.1", shop->port}},
                [this, amount, done](const api::CommandResult& connected) {
                    if (!connected) return done(fail(connected.error()));
                    shop->engine->post(
                        {freshId(), api::OpenChannel{person->ring->node_id(), amount, Msat(0),
                                                     false, std::nullopt}},
                        [done](const api::CommandResult& result) {
                            if (!result) done(fail(result.error()));
                            else done(std::get<api::ChannelOpening>(*result).funding_txid);
                        });
                });
        });
    }

    void on_state(api::OnPracticeState what) override {
        const std::lock_guard lock(mutex);
        on_practice_state = std::move(what);
        on_practice_state({api::PracticeState::Stand::running, 0, {}, {}, {}});
    }

    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
    sim::SimChain chain;
    std::optional<Party> person, shop;
    std::thread thread;
    std::mutex mutex;
    std::vector<std::string> broken;
    api::OnPracticeState on_practice_state;
    std::atomic<std::uint64_t> ids{0};
};

namespace {

class WorldSession final : public api::Session {
public:
    explicit WorldSession(World& world) : m_world(world) {}
    api::NodeApi& node() override { return m_world.node(); }
    void run(std::function<void()> what) override { m_world.run(std::move(what)); }
    api::Practice* practice() override { return &m_world.practice(); }
    void on_end(std::function<void(std::string)>) override {}

private:
    World& m_world;
};

}  // namespace

World::World() : m_impl(std::make_unique<Impl>()) {}
World::~World() = default;
std::unique_ptr<api::Session> World::session() { return std::make_unique<WorldSession>(*this); }
api::NodeApi& World::node() { return *m_impl->person->engine; }
void World::run(std::function<void()> what) { asio::post(m_impl->io, std::move(what)); }
api::Practice& World::practice() { return *m_impl; }
void World::mine(unsigned blocks) {
    m_impl->wait<int>([&](auto done) {
        m_impl->mineNow(blocks);
        done(0);
    });
}
std::string World::shopAddress() {
    return std::get<api::AddressMade>(*m_impl->ask(*m_impl->shop, api::NewAddress{})).address;
}
void World::personSendsHerself(Sat amount) {
    const auto own =
        std::get<api::AddressMade>(*m_impl->ask(*m_impl->person, api::NewAddress{})).address;
    if (!m_impl->ask(*m_impl->person, api::SendOnchain{own, amount, std::nullopt}))
        qFatal("cannot send");
}
std::string World::shopInvoice(std::optional<Msat> amount, const std::string& description,
                               std::uint32_t expiry_seconds) {
    return std::get<api::InvoiceMade>(
               *m_impl->ask(*m_impl->shop, api::CreateInvoice{amount, description, expiry_seconds}))
        .bolt11;
}
void World::stopShop() { m_impl->stop(*m_impl->shop); }
void World::startShop() {
    m_impl->wait<int>([&](auto done) {
        auto& shop = *m_impl->shop;
        shop.start(*m_impl);
        if (!shop.engine->listen("127.0.0.1", shop.port)) qFatal("the shop's port is taken");
        shop.engine->on_chain_event(m_impl->status());
        done(0);
    });
}
void World::setDiskLow(bool low) { m_impl->person->disk_low = low; }
void World::tellPractice(const api::PracticeState& state) {
    const std::lock_guard lock(m_impl->mutex);
    if (m_impl->on_practice_state) m_impl->on_practice_state(state);
}
api::CommandResult World::shopPays(const std::string& bolt11) {
    return m_impl->ask(*m_impl->shop, api::Pay{bolt11, std::nullopt, std::nullopt, 60});
}
crypto::PublicKey World::shopId() const { return m_impl->shop->ring->node_id(); }
std::uint16_t World::shopPort() const { return m_impl->shop->port; }
void World::cutShop() {
    m_impl->wait<int>([&](auto done) {
        m_impl->shop->engine->post(
            {m_impl->freshId(), api::Disconnect{m_impl->person->ring->node_id()}},
            [](const api::CommandResult&) {});
        done(0);
    });
}
std::vector<std::string> World::broken() {
    const std::lock_guard lock(m_impl->mutex);
    return m_impl->broken;
}
Sat World::onchainOf(bool person) {
    return m_impl->wait<Sat>([&](auto done) {
        const auto& engine = *(person ? m_impl->person : m_impl->shop)->engine;
        Sat sum;
        for (const auto& [outpoint, coin] : engine.node().state().coins) sum += coin.output.value;
        done(sum);
    });
}

// Setup ------------------------------------------------------------------------------------------

SecretBytes WorldSetup::fresh_words() {
    Secret32 entropy;
    for (std::size_t i = 0; i < 32; ++i)
        entropy.reveal()[i] =
            static_cast<std::uint8_t>(7 * i + 1 + static_cast<std::size_t>(times_fresh));
    ++times_fresh;
    auto sentence = keys::Mnemonic::from_entropy(entropy).sentence();
    shown.assign(sentence.reveal().begin(), sentence.reveal().end());
    return sentence;
}

std::optional<api::WordsProblem> WorldSetup::check_words(ByteView typed) const {
    const auto parsed =
        keys::Mnemonic::parse({reinterpret_cast<const char*>(typed.data()), typed.size()});
    if (parsed) return std::nullopt;
    using Kind = api::WordsProblem::Kind;
    return std::visit(overloaded{[](const keys::WrongWordCount&) {
                                     return api::WordsProblem{Kind::count, 0};
                                 },
                                 [](const keys::UnknownWord& e) {
                                     return api::WordsProblem{Kind::unknown, e.position};
                                 },
                                 [](const keys::WordsDoNotMatch&) {
                                     return api::WordsProblem{Kind::do_not_match, 0};
                                 }},
                      parsed.error());
}

std::string_view WorldSetup::word(std::size_t index) const {
    return keys::WordList::of(keys::Language::english).word(index);
}

std::vector<std::string_view> WorldSetup::words_like(std::string_view beginning,
                                                     std::size_t most) const {
    return keys::WordList::of(keys::Language::english).completions(beginning, most);
}

void WorldSetup::create(api::Creation creation, api::OnSession done) {
    const auto text = [](const SecretBytes& secret) {
        return std::string(secret.reveal().begin(), secret.reveal().end());
    };
    if (fails && !makes_before_it_fails) return done(fail(*fails));
    passphrase = text(creation.passphrase);
    chain = creation.chain;
    for (auto& choice : offered) {
        if (choice.network == creation.network) choice = {choice.network, true, false};
    }
    words = text(creation.words);
    restored = creation.restored;
    if (fails) return done(fail(*fails));
    done(m_world.session());
}

void WorldSetup::set_aside(Network network,
                           std::function<void(Result<std::string, api::SetupProblem>)> done) {
    if (fails) return done(fail(*fails));
    for (auto& choice : offered) {
        if (choice.network == network) choice.exists = false;
    }
    done(std::string("/somewhere/else"));
}

void WorldSetup::open(api::Opening opening, api::OnSession done) {
    if (fails) return done(fail(*fails));
    chain = opening.chain;
    const auto typed = opening.passphrase.reveal();
    if (std::string(typed.begin(), typed.end()) != passphrase) {
        return done(fail(api::SetupProblem{api::SetupFault::wrong_passphrase, {}}));
    }
    done(m_world.session());
}

}  // namespace runnel::test
