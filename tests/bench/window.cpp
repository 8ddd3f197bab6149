// What a person waits for in the window: its start over a real store with many payments, a click
// while many payments a second arrive, and the memory it holds on the practice network. Prints
// figures; README.md says what each of them means.
#include "tests/bench/floor.h"
#include "tests/bench/wallets.h"

#include "tests/ui/desk.h"

#include "ui/models/activity_model.h"

#include <fmt/format.h>

#include <QApplication>
#include <QProcess>
#include <QTemporaryDir>

#include <time.h>

#include <algorithm>
#include <fstream>
#include <thread>

using namespace runnel;
using namespace runnel::bench;

namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begun) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
}

/// Runs the window until `check` holds, waking for every event.
void spin(const std::function<bool()>& check) {
    const auto begun = Clock::now();
    while (!check()) {
        if (ms_since(begun) > 60'000) give_up("the window does not get there");
        QCoreApplication::processEvents(QEventLoop::AllEvents, 2);
    }
}

double resident_mb(const char* field) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind(field, 0) == 0)
            return std::strtod(line.c_str() + std::string(field).size() + 1, nullptr) / 1024;
    }
    return 0;
}

// The loop ----------------------------------------------------------------------------------------

/// Sees every event that the GUI's thread handles, and how long each takes.
class WatchedApplication : public QApplication {
public:
    using QApplication::QApplication;
    bool notify(QObject* receiver, QEvent* event) override {
        if (!watching || m_depth > 0 || QThread::currentThread() != thread())
            return QApplication::notify(receiver, event);
        ++m_depth;
        const auto begun = Clock::now();
        const bool handled = QApplication::notify(receiver, event);
        const double took = ms_since(begun);
        --m_depth;
        if (took > longest)
            longest = took,
            longest_what = fmt::format("event {} of {}", static_cast<int>(event->type()),
                                       receiver->metaObject()->className());
        return handled;
    }
    bool watching = false;
    double longest = 0;
    std::string longest_what;

private:
    int m_depth = 0;
};

/// Posts an event each two milliseconds and sees how long it waits until it is handled: as long as
/// a click would.
class Probe {
public:
    explicit Probe(QObject& window)
        : m_thread([this, &window] {
              auto next = Clock::now();
              while (!m_end) {
                  const auto sent = Clock::now();
                  QMetaObject::invokeMethod(
                      &window, [this, sent] { waits.push_back(ms_since(sent)); },
                      Qt::QueuedConnection);
                  std::this_thread::sleep_until(next += std::chrono::milliseconds(2));
              }
          }) {}
    /// Posts no more. What is posted already is handled before the window goes.
    void end() {
        m_end = true;
        m_thread.join();
        QCoreApplication::processEvents();
    }
    std::vector<double> waits;  ///< Of the GUI's thread.

private:
    std::atomic<bool> m_end{false};
    std::thread m_thread;
};

double thread_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// Pays `rate` invoices a second, evenly, on a thread of its own.
class Payments {
public:
    Payments(Wallet& payer, std::vector<std::string> invoices, std::size_t rate)
        : m_thread([this, &payer, invoices = std::move(invoices), rate] {
              auto next = Clock::now();
              for (const auto& invoice : invoices) {
                  payer.engine().post(
                      payer.next(api::Pay{invoice, std::nullopt, std::nullopt, 60}),
                      [this](const api::CommandResult& result) { ++(result ? paid : failed); });
                  std::this_thread::sleep_until(next +=
                                                std::chrono::microseconds(1'000'000 / rate));
              }
          }) {}
    ~Payments() { m_thread.join(); }
    std::atomic<std::size_t> paid{0}, failed{0};

private:
    std::thread m_thread;
};

/// The window over the one who is paid, each page in turn, while payments arrive.
void measure_flow(WatchedApplication& application, const std::filesystem::path& directory,
                  std::size_t seconds, std::size_t rate) {
    Wallet payer(directory / "payer", 1);
    Wallet payee(directory / "payee", 2);
    Chain chain(payer, payee);
    connect_with_channel(chain, payer, payee);
    const std::size_t count = seconds * rate;
    auto invoices = make_invoices(payee, count, Msat(1000));

    ui::WalletModel model(
        payee.engine(), [&payee](std::function<void()> what) { payee.post(std::move(what)); },
        nullptr);
    ui::Shell shell(model);
    shell.resize(1080, 760);
    shell.show();
    spin([&] { return model.activity().isLoaded() && model.picture().chain.synced; });
    application.watching = true;
    Probe probe(shell);
    const auto begun = Clock::now();
    const double cpu = thread_seconds();
    Payments payments(payer, std::move(invoices), rate);
    for (int page = 0; payments.paid + payments.failed < count;
         page = (page + 1) % (ui::Shell::activity + 1)) {
        shell.goTo(page);
        const auto shown = Clock::now();
        spin([&] { return ms_since(shown) > 1000 || payments.paid + payments.failed == count; });
    }
    const double took = ms_since(begun) / 1000;
    const double busy = thread_seconds() - cpu;
    probe.end();
    application.watching = false;
    if (payments.failed > 0) give_up("payments failed");
    spin([&] { return model.picture().channels.front().htlcs.empty(); });
    fmt::print(
        "payments arriving at the window: {} in {:.1f} s, {:.0f} a second, each page in turn\n",
        count, took, static_cast<double>(count) / took);
    fmt::print("  a click waits, p50            {:8.2f} ms\n", percentile(probe.waits, 0.5));
    fmt::print("  a click waits, p99            {:8.2f} ms   (to reach: under 16)\n",
               percentile(probe.waits, 0.99));
    fmt::print("  a click waits, longest        {:8.2f} ms\n",
               *std::max_element(probe.waits.begin(), probe.waits.end()));
    fmt::print("  longest single event          {:8.2f} ms   ({})\n", application.longest,
               application.longest_what);
    fmt::print("  of one core, the GUI's thread {:8.0f} %\n", busy / took * 100);
    std::fflush(stdout);
}

// Programs that are started anew ------------------------------------------------------------------

/// From the making of the process to the passphrase, and from the passphrase to the wallet:
/// painted, its newest activity read.
int unlock_once(const std::filesystem::path& directory, Clock::time_point started) {
    app::SetupOptions options;
    options.base = directory;
    options.only = directory / "payee";
    options.network = Network::regtest;
    // Nobody listens there. Without an address it would be asked for one first.
    options.chain = "bitcoind:http://user:password@127.0.0.1:1";
    test::Desk desk(options);
    spin([&] {
        return desk.window->findChild<QWidget*>(QStringLiteral("unlockPassphrase"))->isVisible();
    });
    desk.window->repaint();
    const double asked = ms_since(started);
    if (!desk.person->type("unlockPassphrase", QStringLiteral("bench"))) give_up("no passphrase");
    const auto typed = Clock::now();
    if (!desk.person->press("unlockNow")) give_up("no button");
    spin([&] {
        return desk.window->shell() != nullptr && desk.window->wallet()->activity().isLoaded();
    });
    desk.window->repaint();
    fmt::print("figures {} {} {} {}\n", asked, ms_since(typed), resident_mb("VmRSS:"),
               desk.window->wallet()->activity().rowCount());
    return 0;
}

/// The first steps on the practice network, then every page; how much memory is held after it.
int practise_once(const std::filesystem::path& directory) {
    app::SetupOptions options;
    options.base = directory;
    options.network = Network::practice;
    test::Desk desk(options);
    auto& person = *desk.person;
    const bool went =
        desk.createWallet() && desk.waitFor([&] {
            return desk.picture().chain.synced &&
                   desk.window->wallet()->practicePeer("shop") != nullptr;
        }) &&
        person.press("homeFirstAction") &&
        desk.waitFor([&] { return !desk.balance().onchain.is_zero(); }) &&
        person.press("homeFirstAction") && person.press("openNow") &&
        desk.waitFor([&] { return desk.channel() != nullptr && desk.channel()->usable; }) &&
        person.press("railPay") && person.press("practiceBuy") && person.press("payNow") &&
        person.waitToRead("payResultTitle", QStringLiteral("Paid"), 30'000);
    if (!went) give_up("the first steps failed");
    for (const auto* const page :
         {"railHome", "railPay", "railReceive", "railChannels", "railActivity", "railHome"}) {
        if (!person.press(page)) give_up("no page");
        QTest::qWait(200);
    }
    QTest::qWait(2000);
    fmt::print("figures {} {} 0 0\n", resident_mb("VmRSS:"), resident_mb("VmHWM:"));
    return 0;
}

/// The four figures of one run of this program.
std::array<double, 4> run_again(const char* what, const std::filesystem::path& directory) {
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    const auto now = QString::number(Clock::now().time_since_epoch().count());
    process.start(QCoreApplication::applicationFilePath(),
                  {QString::fromLatin1(what), QString::fromStdString(directory.string()), now,
                   QStringLiteral("-platform"), QGuiApplication::platformName()});
    std::array<double, 4> out{};
    if (!process.waitForFinished(180'000) || process.exitCode() != 0)
        give_up(fmt::format("{} failed", what));
    const auto words = QString::fromLatin1(process.readAllStandardOutput()).split(u' ');
    if (words.size() != 5) give_up("no figures");
    for (int i = 0; i < 4; ++i) out[static_cast<std::size_t>(i)] = words[i + 1].toDouble();
    return out;
}

double median_of(const std::vector<std::array<double, 4>>& runs, std::size_t which) {
    std::vector<double> values;
    for (const auto& run : runs) values.push_back(run[which]);
    return percentile(values, 0.5);
}

/// Of the window, in MB. Asserted, for no machine's noise changes it.
constexpr double most_resident = 150;

/// Is the memory what it may be?
bool measure_start(const std::filesystem::path& directory, std::size_t runs, std::size_t payments) {
    std::vector<std::array<double, 4>> all;
    for (std::size_t i = 0; i < runs; ++i) all.push_back(run_again("unlock", directory));
    std::vector<double> sums;
    for (const auto& run : all) sums.push_back(run[0] + run[1]);
    fmt::print("start over a store with {} payments, {} runs\n", payments, runs);
    fmt::print("  to the passphrase             {:8.0f} ms\n", median_of(all, 0));
    fmt::print("  from it to the wallet         {:8.0f} ms\n", median_of(all, 1));
    fmt::print("  both                          {:8.0f} ms   (to reach: under 1,000)\n",
               percentile(sums, 0.5));
    fmt::print("  resident after it             {:8.1f} MB\n", median_of(all, 2));
    std::fflush(stdout);
    return median_of(all, 2) < most_resident;
}

bool measure_memory(const std::filesystem::path& directory, std::size_t runs) {
    std::vector<std::array<double, 4>> all;
    for (std::size_t i = 0; i < runs; ++i)
        all.push_back(run_again("practise", directory / fmt::format("practice{}", i)));
    fmt::print("on the practice network, after the first steps, {} runs\n", runs);
    fmt::print("  resident                      {:8.1f} MB   (to reach: under {:.0f})\n",
               median_of(all, 0), most_resident);
    fmt::print("  peak, at the key derivation   {:8.1f} MB\n", median_of(all, 1));
    return median_of(all, 0) < most_resident;
}

}  // namespace

int main(int argc, char** argv) {
    WatchedApplication application(argc, argv);
    const auto arguments = QCoreApplication::arguments();
    if (arguments.size() == 4) {
        const std::filesystem::path directory = arguments[2].toStdString();
        if (arguments[1] == QStringLiteral("practise")) return practise_once(directory);
        return unlock_once(directory,
                           Clock::time_point(Clock::duration(arguments[3].toLongLong())));
    }
    const auto number = [&](const char* name, std::size_t usual) {
        const auto at = arguments.indexOf(QString::fromLatin1(name));
        return at < 0 || at + 1 >= arguments.size()
                   ? usual
                   : static_cast<std::size_t>(arguments[at + 1].toULongLong());
    };
    const auto seconds = number("--seconds", 20), rate = number("--rate", 500),
               runs = number("--runs", 5);
    const QTemporaryDir folder(QStringLiteral("bench_window.XXXXXX"));
    const auto directory = std::filesystem::absolute(folder.path().toStdString());
    measure_flow(application, directory, seconds, rate);
    const bool starts_small = measure_start(directory, runs, seconds * rate);
    const bool stays_small = measure_memory(directory, std::min<std::size_t>(runs, 3));
    return starts_small && stays_small ? 0 : 1;
}
