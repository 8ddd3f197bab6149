#include "ui/bridge/bridge.h"

#include <QCoreApplication>
#include <QRandomGenerator>

#include <algorithm>
#include <mutex>
#include <set>

namespace runnel::ui {

namespace {

constexpr int frame_ms = 16;
/// No more arrivals, coins or troubles than this are told one by one in a frame. Lists and picture
/// hold the others, too; of so many troubles nobody would read more.
constexpr std::size_t most_changed = 256;

}  // namespace

/// What has happened since the window looked last. Filled on the node's thread, emptied on the
/// window's.
struct Bridge::Mailbox {
    std::mutex mutex;
    Bridge* bridge = nullptr;  ///< Null once it is gone.
    bool due = false;          ///< An event is on its way to the window.
    api::SnapshotPtr picture;
    std::set<PaymentHash> payments;
    bool transactions = false;
    std::set<Txid> dropped;
    std::vector<std::pair<PaymentHash, Msat>> received;
    std::vector<api::CoinsReceived> coins;
    std::vector<api::Trouble> troubles;
    // Handles of the node's; released on its thread.
    std::shared_ptr<void> notices, pictures;

    /// With the mutex held.
    void call() {
        if (due || bridge == nullptr) return;
        due = true;
        QMetaObject::invokeMethod(&bridge->m_frame, qOverload<>(&QTimer::start),
                                  Qt::QueuedConnection);
    }
    void hear(const api::Notice& notice) {
        const std::lock_guard lock(mutex);
        if (const auto* const paid = std::get_if<api::PaymentReceived>(&notice)) {
            payments.insert(paid->payment_hash);
            if (received.size() < most_changed)
                received.emplace_back(paid->payment_hash, paid->amount);
        } else if (const auto* const sent = std::get_if<api::PaymentSent>(&notice)) {
            payments.insert(sent->payment_hash);
        } else if (const auto* const failed = std::get_if<api::PaymentFailed>(&notice)) {
            payments.insert(failed->payment_hash);
        } else if (const auto* const came = std::get_if<api::CoinsReceived>(&notice)) {
            transactions = true;
            if (coins.size() < most_changed) coins.push_back(*came);
        } else if (std::holds_alternative<api::TransactionSeen>(notice)) {
            transactions = true;
        } else if (const auto* const gone = std::get_if<api::TransactionDropped>(&notice)) {
            // Seen again since, it is read again: as anew, for it has another place in the list.
            transactions = true;
            dropped.insert(gone->txid);
            std::erase_if(coins, [&](const auto& one) { return one.txid == gone->txid; });
        } else if (const auto* const trouble = std::get_if<api::Trouble>(&notice)) {
            if (troubles.size() < most_changed) troubles.push_back(*trouble);
        } else {
            return;  // the picture says it
        }
        call();
    }
};

void hopTo(const QPointer<QObject>& context, std::function<void()> what) {
    // A QPointer may be read on its object's thread only: the application is asked, and looks
    // there.
    QMetaObject::invokeMethod(
        QCoreApplication::instance(),
        [context, what = std::move(what)] {
            if (context) what();
        },
        Qt::QueuedConnection);
}

Bridge::Bridge(api::NodeApi& node, Run run, QObject* parent)
    : QObject(parent),
      m_node(node),
      m_run(std::move(run)),
      m_mailbox(std::make_shared<Mailbox>()),
      m_picture(node.snapshot()) {
    m_frame.setSingleShot(true);
    m_frame.setInterval(frame_ms);
    connect(&m_frame, &QTimer::timeout, this, &Bridge::deliver);
    m_mailbox->bridge = this;
    m_run([&api = m_node, mailbox = m_mailbox] {
        auto notices =
            api.subscribe([mailbox](const api::Notice& notice) { mailbox->hear(notice); });
        auto pictures = api.observe([mailbox](const api::SnapshotPtr& picture) {
            const std::lock_guard lock(mailbox->mutex);
            mailbox->picture = picture;
            mailbox->call();
        });
        const auto now = api.snapshot();
        const std::lock_guard lock(mailbox->mutex);
        if (mailbox->bridge == nullptr) return;
        mailbox->notices = std::move(notices);
        mailbox->pictures = std::move(pictures);
        mailbox->picture = now;
        mailbox->call();
    });
}

Bridge::~Bridge() {
    {
        const std::lock_guard lock(m_mailbox->mutex);
        m_mailbox->bridge = nullptr;
    }
    m_run([mailbox = m_mailbox] {
        std::shared_ptr<void> notices, pictures;
        const std::lock_guard lock(mailbox->mutex);
        notices.swap(mailbox->notices);
        pictures.swap(mailbox->pictures);
    });
}

void Bridge::deliver() {
    api::SnapshotPtr picture;
    std::vector<PaymentHash> payments;
    std::vector<std::pair<PaymentHash, Msat>> arrived;
    std::vector<api::CoinsReceived> coins;
    std::vector<api::Trouble> troubles;
    std::vector<Txid> dropped;
    bool transactions = false;
    {
        const std::lock_guard lock(m_mailbox->mutex);
        m_mailbox->due = false;
        picture.swap(m_mailbox->picture);
        payments.assign(m_mailbox->payments.begin(), m_mailbox->payments.end());
        m_mailbox->payments.clear();
        arrived.swap(m_mailbox->received);
        coins.swap(m_mailbox->coins);
        troubles.swap(m_mailbox->troubles);
        transactions = std::exchange(m_mailbox->transactions, false);
        dropped.assign(m_mailbox->dropped.begin(), m_mailbox->dropped.end());
        m_mailbox->dropped.clear();
    }
    if (picture) {
        m_picture = std::move(picture);
        emit pictureChanged();
    }
    if (!payments.empty()) {
        ask<std::vector<api::PaymentView>>(
            this,
            [payments](api::NodeApi& node) {
                std::vector<api::PaymentView> views;
                for (const auto& hash : payments) {
                    if (auto view = node.payment(hash)) views.push_back(*std::move(view));
                }
                return views;
            },
            [this](const std::vector<api::PaymentView>& views) { emit paymentsChanged(views); });
    }
    // Before what came instead.
    if (!dropped.empty()) emit transactionsDropped(dropped);
    if (transactions) emit transactionsChanged();
    for (const auto& [hash, amount] : arrived) emit received(hash, amount);
    for (const auto& came : coins) emit coinsReceived(came);
    for (const auto& one : troubles) emit trouble(one);
}

void Bridge::touch(const PaymentHash& hash) {
    const std::lock_guard lock(m_mailbox->mutex);
    m_mailbox->payments.insert(hash);
    m_mailbox->call();
}

template <typename Answer>
void Bridge::ask(QObject* context, std::function<Answer(api::NodeApi&)> question,
                 std::function<void(const Answer&)> answer) {
    m_run([&api = m_node, context = QPointer<QObject>(context), question = std::move(question),
           answer = std::move(answer)] {
        auto said = std::make_shared<const Answer>(question(api));
        hopTo(context, [said, answer] { answer(*said); });
    });
}

api::CommandId Bridge::post(Wish wish, QObject* context,
                            std::function<void(const api::CommandResult&)> answer) {
    api::Command command;
    command.wish = std::move(wish);
    for (auto& byte : command.id.raw())
        byte = static_cast<std::uint8_t>(QRandomGenerator::system()->bounded(256));
    const auto id = command.id;
    m_node.post(std::move(command), [context = QPointer<QObject>(context),
                                     answer = std::move(answer)](const api::CommandResult& result) {
        auto said = std::make_shared<const api::CommandResult>(result);
        hopTo(context, [said, answer] { answer(*said); });
    });
    return id;
}

void Bridge::inspect(const std::string& text, const std::optional<Msat>& amount, QObject* context,
                     OnLook answer) {
    ask<Result<api::Inspection, api::Problem>>(
        context, [text, amount](api::NodeApi& node) { return node.inspect(text, amount); },
        std::move(answer));
}

void Bridge::quote(const api::AskOpen& wish, QObject* context,
                   std::function<void(const Result<api::OpenQuote, api::Problem>&)> answer) {
    ask<Result<api::OpenQuote, api::Problem>>(
        context, [wish](api::NodeApi& node) { return node.quote(wish); }, std::move(answer));
}

void Bridge::quote(const api::AskClose& wish, QObject* context,
                   std::function<void(const Result<api::CloseQuote, api::Problem>&)> answer) {
    ask<Result<api::CloseQuote, api::Problem>>(
        context, [wish](api::NodeApi& node) { return node.quote(wish); }, std::move(answer));
}

void Bridge::quote(const api::AskSend& wish, QObject* context,
                   std::function<void(const Result<api::SendQuote, api::Problem>&)> answer) {
    ask<Result<api::SendQuote, api::Problem>>(
        context, [wish](api::NodeApi& node) { return node.quote(wish); }, std::move(answer));
}

void Bridge::payments(const api::ListRequest& request, QObject* context,
                      std::function<void(const std::vector<api::PaymentView>&)> answer) {
    ask<std::vector<api::PaymentView>>(
        context, [request](api::NodeApi& node) { return node.payments(request); },
        std::move(answer));
}

void Bridge::payment(const PaymentHash& hash, QObject* context,
                     std::function<void(const std::optional<api::PaymentView>&)> answer) {
    ask<std::optional<api::PaymentView>>(
        context, [hash](api::NodeApi& node) { return node.payment(hash); }, std::move(answer));
}

void Bridge::transactions(const api::ListRequest& request, QObject* context,
                          std::function<void(const std::vector<api::TransactionView>&)> answer) {
    ask<std::vector<api::TransactionView>>(
        context, [request](api::NodeApi& node) { return node.transactions(request); },
        std::move(answer));
}

}  // namespace runnel::ui
