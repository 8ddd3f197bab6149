// What the program gives the window: real wallets in a real directory. Made, opened, refused, and
// never opened twice.
#include "tests/support/test_main.h"

#include "app/control/client.h"
#include "app/window/wallet_setup.h"
#include "core/api/practice.h"
#include "wallet/store/lock.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <future>

using namespace runnel;

namespace {

using Opened = Result<std::unique_ptr<api::Session>, api::SetupProblem>;

/// Nobody listens there: the wallet is out of touch with the chain, which is no reason not to open
/// it.
constexpr const char* nowhere = "bitcoind:http://user:password@127.0.0.1:1";

struct Place {
    Place() {
        app::SetupOptions options;
        options.base = folder.filePath(QStringLiteral("data")).toStdString();
        setup.emplace(std::move(options));
    }
    Opened create(const std::string& chain = nowhere,
                  const char* passphrase = "a long passphrase") {
        api::Creation creation;
        creation.network = Network::regtest;
        creation.words = setup->fresh_words();
        creation.passphrase = SecretBytes(bytes_of(passphrase));
        creation.chain = chain;
        std::promise<Opened> answer;
        setup->create(std::move(creation),
                      [&](Opened result) { answer.set_value(std::move(result)); });
        return answer.get_future().get();
    }
    Opened open(const char* passphrase = "a long passphrase", const std::string& chain = {}) {
        std::promise<Opened> answer;
        setup->open({Network::regtest, SecretBytes(bytes_of(passphrase)), chain},
                    [&](Opened result) { answer.set_value(std::move(result)); });
        return answer.get_future().get();
    }
    QTemporaryDir folder;
    std::optional<app::WalletSetup> setup;
};

/// Practice wallets, with their networks.
struct Drill {
    Drill() {
        app::SetupOptions options;
        options.base = folder.filePath(QStringLiteral("data")).toStdString();
        setup.emplace(std::move(options));
    }
    Opened create(const SecretBytes& words, bool restored,
                  const char* passphrase = "a long passphrase") {
        api::Creation creation;
        creation.network = Network::practice;
        creation.words = words.clone();
        creation.restored = restored;
        creation.passphrase = SecretBytes(bytes_of(passphrase));
        std::promise<Opened> answer;
        setup->create(std::move(creation),
                      [&](Opened result) { answer.set_value(std::move(result)); });
        return answer.get_future().get();
    }
    Result<std::string, api::SetupProblem> set_aside() {
        std::promise<Result<std::string, api::SetupProblem>> answer;
        setup->set_aside(Network::practice, [&](Result<std::string, api::SetupProblem> result) {
            answer.set_value(std::move(result));
        });
        return answer.get_future().get();
    }
    /// Confirmed, and everything.
    static Sat coins(api::Session& session) {
        std::promise<Sat> answer;
        session.run([&] { answer.set_value(session.node().snapshot()->balance.onchain); });
        return answer.get_future().get();
    }
    /// Coins of the faucet, in a block.
    static bool earns(api::Session& session, Sat amount) {
        const Sat before = coins(session);
        std::promise<bool> sent, mined;
        session.practice()->faucet(amount, [&](const auto& txid) { sent.set_value(bool(txid)); });
        if (!sent.get_future().get()) return false;
        session.practice()->mine(1, [&](const auto& height) { mined.set_value(bool(height)); });
        return mined.get_future().get() &&
               QTest::qWaitFor([&] { return coins(session) == before + amount; }, 30'000);
    }
    QTemporaryDir folder;
    std::optional<app::WalletSetup> setup;
};

const api::WalletChoice& regtest(const std::vector<api::WalletChoice>& choices) {
    return *std::find_if(choices.begin(), choices.end(),
                         [](const auto& c) { return c.network == Network::regtest; });
}

}  // namespace

class TestWalletSetup : public QObject {
    Q_OBJECT

private slots:
    void madeClosedAndOpenedAgain() {
        Place place;
        QVERIFY(!regtest(place.setup->choices()).exists);
        QVERIFY(regtest(place.setup->choices()).needs_chain);
        auto made = place.create();
        QVERIFY2(bool(made), made ? "" : made.error().detail.c_str());
        const auto node_id = (*made)->node().snapshot()->node_id;
        QVERIFY(node_id.is_valid());
        // Where its log lies, for whoever has to report something.
        QVERIFY(QFile::exists(QString::fromStdString(place.setup->log_file(Network::regtest))));
        // One program at a time.
        const auto second = place.open();
        QVERIFY(!second);
        QCOMPARE(second.error().fault, api::SetupFault::in_use);
        made->reset();
        // The chain source is remembered, in a file that only its owner can read.
        const auto choice = regtest(place.setup->choices());
        QVERIFY(choice.exists);
        QVERIFY(!choice.needs_chain);
        const auto wrong = place.open("another passphrase");
        QVERIFY(!wrong);
        QCOMPARE(wrong.error().fault, api::SetupFault::wrong_passphrase);
        auto again = place.open();
        QVERIFY(bool(again));
        QVERIFY((*again)->node().snapshot()->node_id == node_id);
    }

    // runnel-cli beside the window: asked to stop it, the wallet says who does that, and goes on.
    void aProgramBesideItDoesNotStopIt() {
        Place place;
        auto made = place.create();
        QVERIFY2(bool(made), made ? "" : made.error().detail.c_str());
        const auto client = control::ControlClient::connect(
            place.folder.filePath(QStringLiteral("data/regtest")).toStdString());
        QVERIFY(bool(client));
        const auto stopping = (*client)->call("stop", {});
        QVERIFY(!stopping);
        QCOMPARE(stopping.error().kind, std::string("open_in_window"));
        QVERIFY(bool((*client)->call("getinfo", {})));
    }

    void whatIsThereIsNotOverwritten() {
        Place place;
        QVERIFY(bool(place.create()));
        const auto second = place.create();
        QVERIFY(!second);
        QCOMPARE(second.error().fault, api::SetupFault::exists);
        QVERIFY(bool(place.open()));
    }

    void aBadChainSourceIsSaidBeforeAnythingIsMade() {
        Place place;
        const auto made = place.create("bitcoind:ftp://example");
        QVERIFY(!made);
        QCOMPARE(made.error().fault, api::SetupFault::chain_address);
        // The address may hold a password: it is not repeated.
        QVERIFY(made.error().detail.find("example") == std::string::npos);
        QVERIFY(!regtest(place.setup->choices()).exists);
    }

    void anotherChainSourceIsRemembered() {
        Place place;
        QVERIFY(bool(place.create()));
        const auto told = [&] {
            QFile file(place.folder.filePath(QStringLiteral("data/regtest/chain")));
            return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed() : QByteArray();
        };
        const char* const moved = "bitcoind:http://user:password@127.0.0.1:2";
        // Neither by somebody who cannot open the wallet, nor when it cannot be used.
        QVERIFY(!place.open("another passphrase", moved));
        QCOMPARE(place.open("a long passphrase", "bitcoind:ftp://example").error().fault,
                 api::SetupFault::chain_address);
        QCOMPARE(told(), QByteArray(nowhere));
        QVERIFY(bool(place.open("a long passphrase", moved)));
        QCOMPARE(told(), QByteArray(moved));
        QVERIFY(bool(place.open()));
        QCOMPARE(told(), QByteArray(moved));
    }

    // As runnel-cli makes it, which asks for no chain source: it is not opened blind for good.
    void aWalletThatKnowsNoChainSourceNeedsOne() {
        Place place;
        QVERIFY(bool(place.create()));
        const auto remembered = place.folder.filePath(QStringLiteral("data/regtest/chain"));
        QVERIFY(QFile::remove(remembered));
        QVERIFY(regtest(place.setup->choices()).exists);
        QVERIFY(regtest(place.setup->choices()).needs_chain);
        QVERIFY(bool(place.open("a long passphrase", nowhere)));
        QVERIFY(!regtest(place.setup->choices()).needs_chain);
        const auto others = QFile::ReadGroup | QFile::ReadOther;
        QVERIFY(!(QFile::permissions(remembered) & others));
    }

    // Where the disk does not take it, the old one stays and nobody thinks that it is the new one.
    void aChainSourceThatCannotBeRememberedIsSaid() {
        Place place;
        const auto in_the_way = QStringLiteral("data/regtest/chain.new");
        QVERIFY(QDir(place.folder.path()).mkpath(in_the_way));
        const auto made = place.create();
        QVERIFY(!made);
        QCOMPARE(made.error().fault, api::SetupFault::disk);
        // It was made, and can be opened once there is room.
        QVERIFY(regtest(place.setup->choices()).exists);
        QVERIFY(regtest(place.setup->choices()).needs_chain);
        // Open it is of use all the same: closes and claims go on. The next time it is asked again.
        QVERIFY(bool(place.open("a long passphrase", nowhere)));
        QVERIFY(regtest(place.setup->choices()).needs_chain);
        QVERIFY(QDir(place.folder.path()).rmdir(in_the_way));
        QVERIFY(bool(place.open("a long passphrase", nowhere)));
        QVERIFY(!regtest(place.setup->choices()).needs_chain);
    }

    void whatIsSetAsideIsKept() {
        Place place;
        using Aside = Result<std::string, api::SetupProblem>;
        const auto set_aside = [&] {
            std::promise<Aside> answer;
            place.setup->set_aside(Network::regtest,
                                   [&](Aside result) { answer.set_value(std::move(result)); });
            return answer.get_future().get();
        };
        QCOMPARE(set_aside().error().fault, api::SetupFault::missing);
        auto made = place.create();
        QVERIFY(bool(made));
        const auto node_id = (*made)->node().snapshot()->node_id;
        // Not under the feet of whoever has it open.
        QCOMPARE(set_aside().error().fault, api::SetupFault::in_use);
        made->reset();
        const auto first = set_aside();
        QVERIFY2(bool(first), first ? "" : first.error().detail.c_str());
        QVERIFY(!regtest(place.setup->choices()).exists);
        QVERIFY(bool(place.create(nowhere, "another passphrase")));
        // A second one of the same day has a name of its own.
        const auto second = set_aside();
        QVERIFY(bool(second) && *second != *first);
        QVERIFY(QDir().rename(QString::fromStdString(*first),
                              place.folder.filePath(QStringLiteral("data/regtest"))));
        auto back = place.open();
        QVERIFY(bool(back) && (*back)->node().snapshot()->node_id == node_id);
    }

    // The fire drill: the words, and nothing else, bring the coins back that were on the chain.
    // Here the chain lies in the folder that is set aside.
    void practiceCoinsComeBackByTheirWords() {
        Drill drill;
        const auto words = drill.setup->fresh_words();
        const auto others = drill.setup->fresh_words();
        {
            auto made = drill.create(words, false);
            QVERIFY2(bool(made), made ? "" : made.error().detail.c_str());
            QVERIFY(drill.earns(**made, Sat(1'000'000)));
            // Its dates hold: a block comes each half minute, and sooner while something is new.
            const auto& chain = (*made)->node().snapshot()->chain;
            QCOMPARE(chain.block_seconds, std::uint32_t{30});
            QVERIFY(chain.hurry && chain.hurry->depth == 6 && chain.hurry->seconds == 3);
        }
        auto first = drill.set_aside();
        QVERIFY(bool(first));
        {
            // Another wallet in between has a network and coins of its own.
            auto made = drill.create(others, false);
            QVERIFY2(bool(made), made ? "" : made.error().detail.c_str());
            QVERIFY(drill.earns(**made, Sat(70'000)));
        }
        QVERIFY(bool(drill.set_aside()));
        auto back = drill.create(words, true, "another passphrase");
        QVERIFY2(bool(back), back ? "" : back.error().detail.c_str());
        QVERIFY(QTest::qWaitFor([&] { return Drill::coins(**back) == Sat(1'000'000); }, 30'000));
        // It goes on: with the same network, which gives coins again.
        QVERIFY(drill.earns(**back, Sat(5'000)));
        back->reset();
        // What was set aside is still whole.
        QVERIFY(std::filesystem::exists(std::filesystem::path(*first) / "practice" / "chain"));
    }

    // The window is closed while the practice network does not come: nobody waits half a minute for
    // what nobody sees any more, and the wallet is closed as any other.
    void theEndCutsTheWaitShort() {
        Drill drill;
        const auto words = drill.setup->fresh_words();
        {
            auto made = drill.create(words, false);
            QVERIFY2(bool(made), made ? "" : made.error().detail.c_str());
        }
        const auto folder = std::filesystem::path(
            drill.folder.filePath(QStringLiteral("data/practice")).toStdString());
        // Somebody who is no practice network holds its place: a child waits eight seconds for it.
        const auto taken = store::Lock::take(folder / "practice" / "lock");
        QVERIFY(bool(taken));
        const auto starts = [&] {
            QFile log(QString::fromStdString((folder / "runnel.log").string()));
            return log.open(QIODevice::ReadOnly) ? log.readAll().count("practice started pid=") : 0;
        };
        const auto before = starts();
        QVERIFY(before > 0);
        std::optional<Opened> answer;
        drill.setup->open({Network::practice, SecretBytes(bytes_of("a long passphrase")), {}},
                          [&](Opened result) { answer.emplace(std::move(result)); });
        QVERIFY(QTest::qWaitFor([&] { return starts() > before; }, 30'000));
        drill.setup.reset();
        QVERIFY(answer && !*answer);
        QCOMPARE(answer->error().detail,
                 std::string("The wallet was closed while it was being opened."));
        // Its store is free again at once.
        QVERIFY(bool(store::Lock::take(folder / "lock")));
    }

    // The folder of one wallet is opened as what it is, whoever made it, and nobody has to say it
    // again.
    void aFolderKnowsItsNetwork() {
        Place place;
        QVERIFY(bool(place.create()));
        const auto folder = place.folder.filePath(QStringLiteral("data/regtest"));
        const auto setup_of = [&](std::optional<Network> network) {
            app::SetupOptions options;
            options.only = folder.toStdString();
            options.network = network;
            return std::make_unique<app::WalletSetup>(std::move(options));
        };
        const auto open_with = [&](app::WalletSetup& setup, Network network) {
            std::promise<Opened> answer;
            setup.open({network, SecretBytes(bytes_of("a long passphrase")), {}},
                       [&](Opened result) { answer.set_value(std::move(result)); });
            return answer.get_future().get();
        };
        const auto noted = setup_of(std::nullopt);
        QCOMPARE(noted->choices().size(), std::size_t{1});
        QCOMPARE(noted->choices().front().network, Network::regtest);
        QVERIFY(noted->choices().front().exists);
        // An older one has no note: then its passphrase says it.
        QVERIFY(QFile::remove(folder + QStringLiteral("/network")));
        const auto plain = setup_of(std::nullopt);
        QCOMPARE(plain->choices().front().network, Network::practice);
        {
            const auto opened = open_with(*plain, Network::practice);
            QVERIFY2(bool(opened), opened ? "" : opened.error().detail.c_str());
            QCOMPARE((*opened)->node().snapshot()->network, Network::regtest);
        }
        QCOMPARE(plain->choices().front().network, Network::regtest);
        // Whoever has named another one hears which it is, as a name and no sentence.
        const auto named = setup_of(Network::practice);
        const auto refused = open_with(*named, Network::practice);
        QVERIFY(!refused);
        QCOMPARE(refused.error().fault, api::SetupFault::other_network);
        QCOMPARE(refused.error().detail, std::string("regtest"));
    }

    void damageIsNamed() {
        Place place;
        QVERIFY(bool(place.create()));
        for (const char* const key : {"key.1", "key.2"}) {
            QFile file(
                place.folder.filePath(QStringLiteral("data/regtest/") + QString::fromLatin1(key)));
            QVERIFY(file.open(QIODevice::ReadWrite));
            file.write("broken");
        }
        const auto opened = place.open();
        QVERIFY(!opened);
        QCOMPARE(opened.error().fault, api::SetupFault::damaged);
    }

    void wordsAreJudged() {
        Place place;
        const auto words = place.setup->fresh_words();
        QVERIFY(!place.setup->check_words(words.reveal()));
        QCOMPARE(place.setup->check_words(bytes_of("abandon abandon"))->kind,
                 api::WordsProblem::Kind::count);
        QCOMPARE(place.setup->word(0), std::string_view("abandon"));
        QCOMPARE(place.setup->word(2047), std::string_view("zoo"));
        QCOMPARE(place.setup->words_like("zo", 5).size(), std::size_t{2});
        QVERIFY(place.setup->fresh_words().size() > 60);
    }
};

RUNNEL_TEST(TestWalletSetup)
#include "test_wallet_setup.moc"
