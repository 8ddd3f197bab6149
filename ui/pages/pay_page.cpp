#include "ui/pages/pay_page.h"

#include "ui/format/amount.h"
#include "ui/format/problem.h"
#include "ui/format/sending.h"
#include "ui/format/text.h"
#include "ui/format/time.h"
#include "ui/pages/invoice_preview.h"
#include "ui/pages/pay_entry.h"
#include "ui/pages/pay_result.h"
#include "ui/pages/practice_shop.h"
#include "ui/style/theme.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/text.h"

#include <QDragEnterEvent>
#include <QMimeData>
#include <QPointer>
#include <QProgressBar>

#include <utility>

namespace runnel::ui {

namespace {

/// Over Lightning this request was met, or may yet be: sending on the chain would pay it twice.
bool isDoneAlready(const api::Problem& problem) {
    using api::ProblemKind;
    return problem.kind == ProblemKind::already_paid || problem.kind == ProblemKind::in_flight ||
           problem.kind == ProblemKind::own_invoice;
}

/// On the chain likewise: what was sent since the invoice was made is in a block, or will be.
bool isSentAlready(const api::Inspection& looked) {
    return looked.onchain && looked.onchain->sent && looked.onchain->sent->for_this;
}

bool isOffered(const std::optional<api::OnchainTarget>& target) {
    return target && !target->problem;
}

/// Something that may be over by itself: a peer comes back, a channel is open, coins confirm,
/// another transaction rules out what was sent.
bool hinders(const api::Inspection& looked) {
    return looked.problem || (looked.onchain && looked.onchain->problem) || isSentAlready(looked);
}

bool isHinderedAlike(const api::Inspection& one, const api::Inspection& other) {
    const auto chain = [](const api::Inspection& looked) {
        using Hindrance = std::pair<std::optional<api::Problem>, std::optional<api::SentBefore>>;
        return looked.onchain ? Hindrance(looked.onchain->problem, looked.onchain->sent)
                              : Hindrance();
    };
    return one.problem == other.problem && chain(one) == chain(other);
}

}  // namespace

PayPage::PayPage(WalletModel& wallet, QWidget* parent)
    : Page(tr("Pay"), "payPage", parent), m_wallet(wallet) {
    buildEntry();
    buildProgress();
    m_result = new PayResult(wallet);
    body()->addWidget(m_result);
    body()->addStretch(1);
    setAcceptDrops(true);
    connect(m_result, &PayResult::done, this, &PayPage::leave);
    connect(m_result, &PayResult::wantsActivity, this, [this] {
        leave();
        emit wantsActivity();
    });
    m_clock.setInterval(1000);
    connect(&m_clock, &QTimer::timeout, this, [this] {
        const auto seconds = (QDateTime::currentMSecsSinceEpoch() - m_began) / 1000;
        m_progress_hint->setText(
            seconds < 10
                ? tr("This usually takes a moment. You can look at other pages meanwhile.")
                : tr("Under way for %1. It goes on when you look at other pages; nothing is paid "
                     "twice.")
                      .arg(durationText(static_cast<std::uint64_t>(seconds) * 1000)));
    });
    // Nothing but the name: what stands there is used meanwhile.
    connect(&m_wallet, &WalletModel::namesChanged, this, [this] {
        if (!m_invoice->isHidden()) m_invoice->reword();
    });
    // An answer comes at once nearly always: then nothing flickers.
    m_slow.setSingleShot(true);
    m_slow.setInterval(400);
    connect(&m_slow, &QTimer::timeout, this, [this] {
        m_entry->problem().showNote("info", QStringLiteral("busy"),
                                    tr("Looking at what this is …"));
    });
    m_again.setSingleShot(true);
    m_again.setInterval(300);
    connect(&m_again, &QTimer::timeout, this, &PayPage::lookAgain);
    connect(&m_wallet, &WalletModel::pictureChanged, this, [this] {
        if (m_looked && hinders(*m_looked) && !m_again.isActive()) m_again.start();
    });
    again();
}

void PayPage::buildEntry() {
    m_top = new QWidget;
    auto* const layout = new QVBoxLayout(m_top);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(space::normal);
    m_entry = new PayEntry;
    m_invoice = new InvoicePreview(m_wallet);
    m_send = new SendPreview(m_wallet);
    for (auto* const part : std::initializer_list<QWidget*>{m_entry, m_invoice, m_send})
        layout->addWidget(part);
    if (m_wallet.practice() != nullptr) {
        m_shop = new PracticeShop(m_wallet);
        layout->addWidget(m_shop);
        connect(m_shop, &PracticeShop::made, this, [this](const QString& invoice) {
            // Late, when something is under way by now: what is being paid stays what the result
            // will name.
            if (m_top->isHidden()) return;
            setText(invoice);
            m_lead = true;
            ensureVisible(0, 0);
        });
        connect(m_shop, &PracticeShop::refused, this, [this](const api::Problem& problem) {
            m_entry->problem().showProblem(wordingOf(problem));
            reveal(&m_entry->problem());
        });
    }
    body()->addWidget(m_top);
    connect(m_entry, &PayEntry::changed, this, &PayPage::look);
    connect(m_invoice, &InvoicePreview::pay, this, &PayPage::pay);
    connect(m_send, &SendPreview::confirmed, this, &PayPage::send);
    const auto choose = [this](Way way) {
        m_way = way;
        if (m_looked) show(*m_looked);
    };
    connect(m_invoice, &InvoicePreview::wantsChain, this, [choose] { choose(Way::chain); });
    connect(m_send, &SendPreview::wantsLightning, this, [choose] { choose(Way::lightning); });
}

void PayPage::buildProgress() {
    auto* const card = new Card("plain");
    card->setObjectName(QStringLiteral("payProgress"));
    m_progress = card;
    m_progress_title = (new Text("title"))->named("payProgressTitle");
    auto* const bar = new QProgressBar;
    bar->setObjectName(QStringLiteral("payProgressBar"));
    bar->setAccessibleName(tr("The payment is on its way"));
    bar->setRange(0, 0);
    bar->setTextVisible(false);
    m_progress_hint = new Text("muted");
    card->body()->addWidget(m_progress_title);
    card->body()->addWidget(bar);
    card->body()->addWidget(m_progress_hint);
    body()->addWidget(card);
}

void PayPage::setText(const QString& text) { m_entry->setText(text); }

PayPage::Place PayPage::place() const {
    Place out{m_entry->text(), m_result->shown()};
    if (m_shop != nullptr) out.practice = m_shop->typed();
    if (m_resumed) {
        // Not looked at again yet.
        out.amount = m_resumed->amount;
        out.send = m_resumed->send;
        out.on_chain = m_resumed->on_chain;
        return out;
    }
    out.on_chain = m_way == Way::chain;
    if (!m_invoice->isHidden()) out.amount = m_invoice->typed();
    if (!m_send->isHidden()) out.send = m_send->typed();
    return out;
}

void PayPage::resume(const Place& place) {
    if (m_shop != nullptr && place.practice) m_shop->resume(*place.practice);
    if (!place.text.isEmpty()) {
        m_entry->setText(place.text);
        m_way = place.on_chain ? Way::chain : Way::lightning;
        m_resumed = place;
    }
    if (!place.end) return;
    m_top->hide();
    m_result->show(*place.end);
}

bool PayPage::isUnderWay() const { return !m_progress->isHidden(); }
void PayPage::readPicture(const QImage& picture) { m_entry->readPicture(picture); }

void PayPage::dragEnterEvent(QDragEnterEvent* event) {
    // Not while something is under way: what is dropped would be looked at and not seen.
    if (m_top->isVisible() && PayEntry::isOfUse(*event->mimeData())) event->acceptProposedAction();
}

void PayPage::dragMoveEvent(QDragMoveEvent* event) { event->acceptProposedAction(); }

void PayPage::dropEvent(QDropEvent* event) {
    if (!m_top->isVisible()) return;
    event->acceptProposedAction();
    m_entry->take(*event->mimeData());
}

void PayPage::look() {
    const auto text = m_entry->text();
    const auto number = ++m_looking;
    m_looked.reset();
    m_lead = false;
    m_resumed.reset();
    m_way = Way::lightning;
    // What stood there was of another text.
    m_invoice->hide();
    m_send->hide();
    m_slow.stop();
    if (text.isEmpty()) return m_entry->problem().hide();
    m_slow.start();
    m_wallet.bridge().inspect(text.toStdString(), this,
                              [this, number](const Result<api::Inspection, api::Problem>& looked) {
                                  if (number != m_looking) return;
                                  m_slow.stop();
                                  show(looked);
                              });
}

/// Of the same text: "wait until it is back" must not end in pasting it once more.
void PayPage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    m_again.start();
}

void PayPage::lookAgain() {
    if (!m_looked || !hinders(*m_looked) || !m_top->isVisible()) return;
    m_wallet.bridge().inspect(
        m_entry->text().toStdString(), this,
        [this, number = m_looking](const Result<api::Inspection, api::Problem>& looked) {
            // Not behind the progress of what has begun meanwhile, nor for a page nobody looks at:
            // that catches up when it is shown.
            if (number != m_looking || !looked || !m_looked || !m_top->isVisible()) return;
            // What has not changed is left alone, and with it what the person types there.
            if (!isHinderedAlike(*looked, *m_looked)) show(looked);
        });
}

void PayPage::show(const Result<api::Inspection, api::Problem>& looked) {
    // Built anew: what has the keyboard keeps it.
    const QPointer<QWidget> focus = m_resumed ? window()->focusWidget() : nullptr;
    if (looked) show(*(m_looked = *looked));
    else m_entry->problem().showProblem(wordingOf(looked.error()));
    if (const auto place = std::exchange(m_resumed, std::nullopt)) {
        if (place->amount && !m_invoice->isHidden()) m_invoice->resume(*place->amount);
        if (place->send && !m_send->isHidden()) m_send->resume(*place->send);
        if (focus) focus->setFocus(Qt::OtherFocusReason);
    }
    if (std::exchange(m_lead, false)) lead();
}

/// Whoever bought by keyboard goes on by keyboard.
void PayPage::lead() {
    if (!m_top->isVisible()) return;
    if (auto* const on = m_invoice->wayOn()) {
        on->setFocus();
        reveal(on);
    } else {
        m_entry->focus();
    }
}

void PayPage::show(const api::Inspection& looked) {
    const bool payable = InvoicePreview::isPayable(looked);
    const bool offered = isOffered(looked.onchain);
    const bool done = looked.problem && isDoneAlready(*looked.problem);
    const bool sent = looked.kind == "bolt11" && isSentAlready(looked);
    if (looked.kind == "bitcoin" && !offered) {
        m_entry->problem().showProblem(wordingOf(*looked.onchain->problem));
        return;
    }
    if (looked.kind == "bitcoin" ||
        (offered && !done && !sent && (!payable || m_way == Way::chain))) {
        m_invoice->hide();
        m_entry->problem().hide();
        QString why;
        if (payable) why = tr("This can be paid over Lightning, too, where it arrives at once.");
        else if (looked.problem)
            why =
                tr("Over Lightning it cannot be paid now: %1").arg(wordingOf(*looked.problem).what);
        m_send->set(*looked.onchain, why, payable);
        return;
    }
    m_send->hide();
    if (payable) {
        m_entry->problem().hide();
    } else if (sent && !done) {
        const auto wording = sentForThisWording(*looked.onchain->sent, m_wallet.now());
        m_entry->problem().showNote("warn", QStringLiteral("attention"), wording.what,
                                    wording.why + u' ' + wording.retry);
    } else {
        m_entry->problem().showProblem(wordingOf(*looked.problem, m_wallet.picture()));
    }
    m_invoice->set(looked);
}

void PayPage::begin(const QString& title) {
    m_progress_title->setText(title);
    m_progress_hint->setText(
        tr("This usually takes a moment. You can look at other pages meanwhile."));
    m_began = QDateTime::currentMSecsSinceEpoch();
    m_clock.start();
    m_top->hide();
    m_progress->show();
}

void PayPage::pay(const api::Pay& wish, Msat amount) {
    begin(tr("Paying %1 to %2").arg(exactText(amount), m_wallet.names().of(m_looked->payee)));
    m_paying = amount;
    m_wallet.bridge().post(wish, this, [this](const api::CommandResult& result) { paid(result); });
    m_wallet.bridge().touch(m_looked->payment_hash);
}

void PayPage::send(const Sending& sending) {
    begin(tr("Sending %1").arg(satText(sending.quote.amount)));
    m_wallet.bridge().post(sending.wish, this, [this, sending](const api::CommandResult& result) {
        sent(result, sending);
    });
}

void PayPage::paid(const api::CommandResult& result) {
    if (!result) {
        m_result->show({PayEnd::NotPaid{result.error(), m_looked, m_paying}});
        m_wallet.bridge().touch(m_looked ? m_looked->payment_hash : PaymentHash{});
    } else if (const auto* const paid = std::get_if<api::Paid>(&*result)) {
        m_result->show({PayEnd::Paid{*paid, m_looked}});
        m_entry->clear();
        emit said(tr("%1 paid.").arg(exactText(paid->amount)));
    } else {
        const auto* const open = std::get_if<api::StillInFlight>(&*result);
        const auto hash = open != nullptr ? open->payment_hash
                          : m_looked      ? m_looked->payment_hash
                                          : PaymentHash{};
        m_result->show({PayEnd::Open{hash, m_looked, m_paying}});
        m_entry->clear();
    }
    end();
}

void PayPage::sent(const api::CommandResult& result, const Sending& sending) {
    const auto* const sent = result ? std::get_if<api::OnchainSent>(&*result) : nullptr;
    if (sent != nullptr) {
        m_result->show({PayEnd::Sent{*sent, sending}});
        m_send->forget();
        m_entry->clear();
        emit said(tr("%1 sent.").arg(satText(sent->amount)));
    } else {
        m_result->show({PayEnd::NotSent{result ? api::Problem{} : result.error(), sending}});
    }
    end();
}

void PayPage::end() {
    m_clock.stop();
    m_paying.reset();
    m_progress->hide();
    if (isVisible()) m_result->focus();
}

void PayPage::leave() {
    const auto end = m_result->shown();
    const auto* const failed = end ? std::get_if<PayEnd::NotPaid>(&end->how) : nullptr;
    // Paid after all, while it was said to be still open.
    if (end && std::holds_alternative<PayEnd::Paid>(end->how)) m_entry->clear();
    again();
    // What came back late was cleared away when it was still open.
    if (failed != nullptr && failed->looked && m_entry->text().isEmpty())
        setText(qs(failed->looked->bolt11));
}

void PayPage::again() {
    m_progress->hide();
    m_result->hide();
    m_top->show();
    look();
    if (isVisible()) m_entry->focus();
}

}  // namespace runnel::ui
