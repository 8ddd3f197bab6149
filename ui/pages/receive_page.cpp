#include "ui/pages/receive_page.h"

#include "ui/format/amount.h"
#include "ui/format/channel.h"
#include "ui/format/figures.h"
#include "ui/format/overview.h"
#include "ui/format/practice.h"
#include "ui/format/problem.h"
#include "ui/format/text.h"
#include "ui/format/time.h"
#include "ui/style/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/card.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/layouts.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/qr.h"
#include "ui/widgets/text.h"

#include <QLineEdit>
#include <QPointer>

#include <algorithm>
#include <utility>

namespace runnel::ui {

namespace {

constexpr int longest_description = 120;

QWidget* column() {
    auto* const out = new QWidget;
    auto* const layout = new QVBoxLayout(out);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(space::normal);
    return out;
}

}  // namespace

ReceivePage::ReceivePage(WalletModel& wallet, QWidget* parent)
    : Page(tr("Receive"), "receivePage", parent), m_wallet(wallet) {
    buildChoice();
    buildInvoice();
    buildAddress();
    body()->addStretch(1);
    connect(&m_wallet, &WalletModel::pictureChanged, this, &ReceivePage::refresh);
    connect(&m_wallet.bridge(), &Bridge::received, this, [this](const PaymentHash&, Msat amount) {
        emit said(tr("%1 received.").arg(exactText(amount)));
    });
    connect(&m_wallet.bridge(), &Bridge::paymentsChanged, this,
            [this](const std::vector<api::PaymentView>& payments) {
                for (const auto& payment : payments) {
                    if (payment.payment_hash == m_waiting_for &&
                        payment.status == api::PaymentStatus::paid)
                        arrived(payment.amount);
                }
            });
    connect(&m_wallet.bridge(), &Bridge::coinsReceived, this, &ReceivePage::coinsCame);
    connect(&m_wallet.bridge(), &Bridge::transactionsDropped, this, &ReceivePage::coinsWent);
    connect(&m_wallet.bridge(), &Bridge::transactionsChanged, this, &ReceivePage::lookAtSeen);
    m_tick.setInterval(1000);
    connect(&m_tick, &QTimer::timeout, this, &ReceivePage::showWaiting);
    showInvoice();
    refresh();
}

void ReceivePage::buildChoice() {
    auto* const box = new QWidget;
    auto* const flow = new FlowLayout(space::small, box);
    m_lightning = new Button(ButtonKind::secondary, tr("&Lightning invoice"), "receiveLightning");
    m_chain = new Button(ButtonKind::secondary, tr("&Bitcoin address"), "receiveAddress");
    for (auto* const button : {m_lightning, m_chain}) {
        button->setCheckable(true);
        button->setAutoExclusive(true);
        flow->addWidget(button);
    }
    body()->addWidget(box);
    // Toggled, not clicked: so does a screen reader press them.
    connect(m_lightning, &Button::toggled, this, [this](bool on) {
        if (on) showInvoice();
    });
    connect(m_chain, &Button::toggled, this, [this](bool on) {
        if (on) showAddress();
    });
}

void ReceivePage::buildInvoice() {
    m_invoice = column();
    m_problem = new Banner("receiveProblem");
    m_invoice->layout()->addWidget(m_problem);

    m_form = new Card("plain");
    m_form->setObjectName(QStringLiteral("receiveForm"));
    m_receivable = (new Text("muted"))->named("receiveWhy");
    m_amount = new AmountEdit(tr("Amount to receive"), "receiveAmount");
    m_description = new QLineEdit;
    m_description->setObjectName(QStringLiteral("receiveDescription"));
    m_description->setAccessibleName(tr("What it is for"));
    m_description->setMaxLength(longest_description);
    m_make = new Button(ButtonKind::primary, tr("&Make the invoice"), "receiveMake");
    m_make->setGlyph(QStringLiteral("receive"));
    auto* const layout = m_form->body();
    layout->setSpacing(space::medium);
    layout->addWidget(m_receivable);
    layout->addWidget(
        labelled(tr("&Amount"), m_amount, tr("Leave it empty to let the payer choose.")));
    layout->addWidget(labelled(tr("What it is &for"), m_description, tr("The payer sees this.")));
    layout->addWidget(m_make, 0, Qt::AlignLeft);
    m_invoice->layout()->addWidget(m_form);

    m_shown = new Card("plain");
    m_shown->setObjectName(QStringLiteral("receiveShown"));
    m_shown_title = (new Text("title"))->named("receiveShownTitle");
    m_state = new CueLine("receiveState");
    m_qr = new QrView("receiveQr");
    m_text = new CopyField(tr("Invoice"), "receiveText");
    m_shown->body()->setSpacing(space::medium);
    m_shown->body()->addWidget(m_shown_title);
    m_shown->body()->addWidget(m_state);
    m_shown->body()->addWidget(m_qr);
    m_shown->body()->addWidget(m_text);
    auto* const buttons = new QWidget;
    auto* const flow = new FlowLayout(space::small, buttons);
    m_another = new Button(ButtonKind::secondary, tr("Make &another"), "receiveAnother");
    m_another->setGlyph(QStringLiteral("plus"));
    if (m_wallet.practice() != nullptr) {
        m_refund =
            new Button(ButtonKind::primary, tr("Let the practice shop &pay it"), "practiceRefund");
        m_refund->setGlyph(QStringLiteral("shop"));
        flow->addWidget(m_refund);
        connect(m_refund, &Button::clicked, this, &ReceivePage::refundWanted);
    }
    flow->addWidget(m_another);
    m_shown->body()->addWidget(buttons);
    m_shown->hide();
    m_invoice->layout()->addWidget(m_shown);
    body()->addWidget(m_invoice);

    connect(m_make, &Button::clicked, this, &ReceivePage::makeInvoice);
    for (auto* const edit : {static_cast<QLineEdit*>(m_amount), m_description}) {
        connect(edit, &QLineEdit::returnPressed, m_make, &QPushButton::click);
    }
    connect(m_text, &CopyField::copied, this,
            [this] { emit said(tr("The invoice is in the clipboard.")); });
    connect(m_another, &Button::clicked, this, [this] {
        m_waiting_for.reset();
        m_tick.stop();
        m_shown->hide();
        m_form->show();
        m_amount->clear();
        m_description->clear();
        m_amount->setFocus();
    });
}

void ReceivePage::buildAddress() {
    m_address = column();
    m_address_problem = new Banner("addressProblem");
    m_address->layout()->addWidget(m_address_problem);
    m_address_card = new Card("plain");
    m_address_card->setObjectName(QStringLiteral("addressCard"));
    m_address_state = new CueLine("addressState");
    m_address_qr = new QrView("addressQr");
    m_address_text = new CopyField(tr("Bitcoin address"), "addressText");
    m_fresh = new Button(ButtonKind::secondary, tr("A &new address"), "addressNew");
    m_fresh->setGlyph(QStringLiteral("refresh"));
    auto* const layout = m_address_card->body();
    layout->setSpacing(space::medium);
    layout->addWidget(new Text("muted", tr("Coins sent here arrive on the chain. Open channels "
                                           "with them, or keep them as they are.")));
    m_opening_takes = (new Text("muted"))->named("addressOpeningTakes");
    layout->addWidget(m_opening_takes);
    layout->addWidget(m_address_state);
    layout->addWidget(m_address_qr);
    layout->addWidget(m_address_text);
    layout->addWidget(m_fresh, 0, Qt::AlignLeft);
    m_address->layout()->addWidget(m_address_card);
    body()->addWidget(m_address);
    connect(m_fresh, &Button::clicked, this, &ReceivePage::makeAddress);
    connect(m_address_text, &CopyField::copied, this,
            [this] { emit said(tr("The address is in the clipboard.")); });
}

void ReceivePage::showInvoice() {
    m_lightning->setChecked(true);
    m_lightning->setKind(ButtonKind::primary);
    m_chain->setKind(ButtonKind::secondary);
    m_address->hide();
    m_invoice->show();
}

void ReceivePage::showAddress() {
    m_chain->setChecked(true);
    m_chain->setKind(ButtonKind::primary);
    m_lightning->setKind(ButtonKind::secondary);
    m_invoice->hide();
    m_address->show();
    if (!m_has_address) makeAddress();
}

void ReceivePage::refresh() {
    const auto& picture = m_wallet.picture();
    m_receivable->setText(receivableSentence(picture));
    const auto takes = openingTakesSentence(picture);
    m_opening_takes->setText(takes);
    m_opening_takes->setVisible(!takes.isEmpty() && isTooLittleToOpen(picture.balance));
    if (m_says_held) sayHeld();
}

/// An invoice is made all the same: whoever waits to pay it may do so once the chain answers.
void ReceivePage::sayHeld() {
    const auto held = noPaymentsSentence(m_wallet.picture().chain);
    if (held.isEmpty()) {
        if (std::exchange(m_says_held, false)) m_problem->hide();
    } else if (m_problem->isHidden()) {
        m_says_held = true;
        m_problem->showNote("warn", QStringLiteral("attention"),
                            tr("Nothing can be received at this moment."), held);
    }
}

void ReceivePage::makeInvoice() {
    const auto amount = m_amount->amount();
    // Of any amount is what an empty field asks for, not a nought.
    if (!m_amount->isUsable() || (amount && amount->is_zero())) {
        m_amount->setWrong(true);
        m_amount->setFocus();
        return;
    }
    m_amount->setWrong(false);
    api::CreateInvoice wish;
    if (amount) wish.amount = amount->msat();
    wish.description = m_description->text().trimmed().toStdString();
    m_make->setBusy(true);
    m_wallet.bridge().post(wish, this,
                           [this, asked = wish.amount](const api::CommandResult& result) {
                               m_make->setBusy(false);
                               if (!result) {
                                   m_problem->showProblem(wordingOf(result.error()));
                                   return reveal(m_problem);
                               }
                               if (const auto* const made = std::get_if<api::InvoiceMade>(&*result))
                                   invoiceMade(*made, asked);
                           });
}

void ReceivePage::invoiceMade(const api::InvoiceMade& made, std::optional<Msat> amount) {
    const auto& balance = m_wallet.picture().balance;
    const auto room = roomForInvoice(balance, amount);
    if (room == InvoiceRoom::too_little) {
        m_problem->showNote(
            "warn", QStringLiteral("attention"), tr("More than can be received at this moment."),
            tr("The invoice says %1, your channels can take %2 now. It can be paid "
               "once there is more room.")
                .arg(satText(amount.value_or(Msat(0))), satText(balance.can_receive)));
    } else if (room == InvoiceRoom::none) {
        m_problem->showNote("warn", QStringLiteral("attention"),
                            tr("Nothing can be received at this moment."),
                            receivableSentence(m_wallet.picture()));
    } else {
        m_problem->hide();
        sayHeld();
    }
    m_waiting_for = m_shown_hash = made.payment_hash;
    m_shown_title->setText(amount ? tr("Invoice of %1").arg(satText(*amount))
                                  : tr("Invoice of any amount"));
    const auto text = QString::fromStdString(made.bolt11);
    // Upper case makes a smaller code, and means the same.
    m_qr->setText(text.toUpper());
    m_text->setText(text);
    m_form->hide();
    m_shown->show();
    m_qr->show();
    m_text->show();
    if (m_refund != nullptr) m_refund->setVisible(amount.has_value());
    m_expires = made.expires;
    showWaiting();
    m_tick.start();
    if (isVisible()) m_text->setFocus(Qt::OtherFocusReason);
    m_wallet.bridge().touch(made.payment_hash);
}

ReceivePage::Place ReceivePage::place() const {
    return {m_shown->isHidden() ? std::nullopt : m_shown_hash,
            !m_address->isHidden(),
            m_address_text->text(),
            m_came,
            m_gone,
            m_amount->text(),
            m_description->text()};
}

void ReceivePage::resume(const Place& place) {
    m_amount->setText(place.amount);
    m_description->setText(place.description);
    // The same address: who was given it shall be seen to pay.
    if (!place.address.isEmpty()) putAddress(place.address);
    m_came = place.came;
    m_gone = place.gone;
    showCoins();
    if (place.is_address) showAddress();
    if (!place.invoice) return;
    m_wallet.bridge().payment(
        *place.invoice, this, [this](const std::optional<api::PaymentView>& view) {
            if (!view || view->outgoing || !view->expires) return;
            // Built anew: what has the keyboard keeps it.
            const QPointer<QWidget> focus = window()->focusWidget();
            invoiceMade({view->bolt11, view->payment_hash, *view->expires},
                        view->amount.is_zero() ? std::nullopt : std::optional(view->amount));
            if (focus) focus->setFocus(Qt::OtherFocusReason);
            if (view->status == api::PaymentStatus::paid) arrived(view->amount);
        });
}

void ReceivePage::showWaiting() {
    if (!hasPassed(m_expires, m_wallet.now())) {
        m_state->set(Cue::waiting, tr("Waiting to be paid; %1 (%2).")
                                       .arg(expiryText(m_expires, m_wallet.now()),
                                            whenText(m_expires, m_wallet.now())));
        return;
    }
    m_tick.stop();
    m_shown_title->setText(tr("Expired"));
    m_state->set(
        Cue::over,
        tr("Nobody paid this invoice in time, and nobody can any more. Make another one."));
    m_qr->hide();
    m_text->hide();
    hideRefund();
}

void ReceivePage::hideRefund() {
    if (m_refund != nullptr) m_refund->hide();
    // While it waits for its answer nothing has the keyboard, and it cannot take it back now.
    if (m_another->isVisible() && window()->focusWidget() == nullptr)
        m_another->setFocus(Qt::OtherFocusReason);
}

void ReceivePage::arrived(Msat amount) {
    m_waiting_for.reset();
    m_tick.stop();
    m_state->set(Cue::good, tr("Arrived: %1.").arg(exactText(amount)));
    m_shown_title->setText(tr("Received"));
    m_qr->hide();
    m_text->hide();
    m_problem->hide();
    hideRefund();
}

void ReceivePage::coinsCame(const api::CoinsReceived& came) {
    // Other addresses of the wallet, and closes, are not what this card waits for.
    const auto shown = m_address_text->text().toStdString();
    if (std::find(came.addresses.begin(), came.addresses.end(), shown) == came.addresses.end())
        return;
    forgetCoins({came.txid});
    m_came.push_back(came);
    m_gone.reset();
    showCoins();
}

void ReceivePage::coinsWent(const std::vector<Txid>& dropped) {
    const auto shown = m_came.empty() ? Sat() : m_came.back().amount;
    if (!forgetCoins(dropped)) return;
    // What replaced them, if that pays here too, is told after this.
    if (m_came.empty()) m_gone = shown;
    showCoins();
}

bool ReceivePage::forgetCoins(const std::vector<Txid>& txids) {
    return std::erase_if(m_came, [&](const api::CoinsReceived& one) {
               return std::find(txids.begin(), txids.end(), one.txid) != txids.end();
           }) != 0;
}

void ReceivePage::showCoins() {
    if (!m_has_address) return;
    if (m_came.empty()) {
        return m_address_state->set(
            Cue::waiting,
            m_gone ? tr("Waiting for coins. The %1 that were seen are not on their way any more: "
                        "whoever sent them may have replaced or cancelled the transaction.")
                         .arg(satText(*m_gone))
                   : tr("Waiting for coins. They appear here as soon as they are on their way."));
    }
    const auto& last = m_came.back();
    if (last.confirmed)
        return m_address_state->set(Cue::good, tr("Arrived: %1.").arg(satText(last.amount)));
    m_address_state->set(
        Cue::busy,
        // The fee that whoever sent them has paid is not known here.
        tr("%1 were seen. They can be spent once they are in a block.").arg(satText(last.amount)));
}

void ReceivePage::lookAtSeen() {
    if (std::all_of(m_came.begin(), m_came.end(), [](const auto& one) { return one.confirmed; }))
        return;
    m_wallet.bridge().transactions(
        {20, std::nullopt}, this, [this](const std::vector<api::TransactionView>& newest) {
            bool any = false;
            for (auto& one : m_came) {
                const auto tx = std::find_if(newest.begin(), newest.end(),
                                             [&](const auto& t) { return t.txid == one.txid; });
                if (one.confirmed || tx == newest.end() || !tx->height) continue;
                any = one.confirmed = true;
                one.amount =
                    Sat(static_cast<std::uint64_t>(std::max<std::int64_t>(tx->net_sat, 0)));
            }
            if (any) showCoins();
        });
}

void ReceivePage::refundWanted() {
    m_refund->setBusy(true);
    m_wallet.practice()->refund(m_text->text().toStdString(), this,
                                [this](const Result<Msat, api::Problem>& result) {
                                    m_refund->setBusy(false);
                                    if (result) return;
                                    m_problem->showProblem(shopCouldNotPay(result.error()));
                                    reveal(m_problem);
                                });
}

void ReceivePage::makeAddress() {
    m_address_problem->hide();
    m_fresh->setBusy(true);
    // The one before is as good as it was; the first one is waited for.
    if (!m_has_address) m_address_state->set(Cue::busy, tr("An address is being made …"));
    showAddressParts();
    m_wallet.bridge().post(api::NewAddress{}, this, [this](const api::CommandResult& result) {
        m_fresh->setBusy(false);
        const auto* const made = result ? std::get_if<api::AddressMade>(&*result) : nullptr;
        if (made == nullptr) {
            m_address_problem->showProblem(wordingOf(result ? api::Problem{} : result.error()));
            if (!m_has_address)
                m_address_state->set(Cue::attention, tr("There is no address yet."));
            return reveal(m_address_problem);
        }
        putAddress(QString::fromStdString(made->address));
    });
}

void ReceivePage::putAddress(const QString& address) {
    m_came.clear();
    m_gone.reset();
    m_has_address = true;
    m_address_text->setText(address);
    m_address_qr->setText(address.toUpper());
    showCoins();
    showAddressParts();
}

void ReceivePage::showAddressParts() {
    m_address_qr->setVisible(m_has_address);
    m_address_text->setVisible(m_has_address);
}

}  // namespace runnel::ui
