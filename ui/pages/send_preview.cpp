#include "ui/pages/send_preview.h"

#include "ui/dialogs/confirm_send.h"
#include "ui/format/amount.h"
#include "ui/format/figures.h"
#include "ui/format/problem.h"
#include "ui/format/sending.h"
#include "ui/format/text.h"
#include "ui/format/time.h"
#include "ui/style/theme.h"
#include "ui/widgets/amount_label.h"
#include "ui/widgets/button.h"
#include "ui/widgets/choice.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/layouts.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/text.h"

#include <QCheckBox>

namespace runnel::ui {

namespace {

constexpr std::array<api::Pace, 3> paces{api::Pace::urgent, api::Pace::normal, api::Pace::slow};
constexpr std::array<const char*, 3> pace_names{"sendUrgent", "sendNormal", "sendSlow"};

}  // namespace

SendPreview::SendPreview(WalletModel& wallet, QWidget* parent)
    : Card("plain", parent), m_wallet(wallet) {
    setObjectName(QStringLiteral("sendPreview"));
    m_lightning = new CueLine("sendLightning");
    m_address = (new Text("mono"))->named("sendAddress");
    m_address->setLayoutDirection(Qt::LeftToRight);
    m_who = new Facts;
    m_own = new CueLine("sendOwn");
    m_own->set(Cue::attention,
               tr("This address is your own. The coins would come back to you, less the fee."));
    m_before = (new Text("muted"))->named("sendBefore");
    m_facts = new Facts;
    m_problem = new Banner("sendProblem");
    m_send = new Button(ButtonKind::primary, tr("&Send …"), "sendNow");
    m_send->setGlyph(QStringLiteral("coins"));
    m_other = new Button(ButtonKind::quiet, tr("Pay over &Lightning instead"), "payOverLightning");
    auto* const layout = body();
    layout->setSpacing(space::medium);
    layout->addWidget(m_lightning);
    layout->addWidget(buildAmount());
    layout->addWidget(m_problem);
    layout->addWidget(new Text("muted", tr("On the chain, to this address")));
    layout->addWidget(m_address);
    layout->addWidget(m_own);
    layout->addWidget(m_before);
    layout->addWidget(m_who);
    layout->addWidget(buildPaces());
    layout->addWidget(m_facts);
    layout->addWidget(m_send, 0, Qt::AlignLeft);
    layout->addWidget(m_other, 0, Qt::AlignLeft);

    m_soon.setSingleShot(true);
    m_soon.setInterval(120);
    connect(&m_soon, &QTimer::timeout, this, &SendPreview::ask);
    const auto changed = [this] {
        // What stood there was for another wish.
        m_quoted.reset();
        m_send->setEnabled(false);
        m_soon.start();
    };
    connect(m_amount_edit, &QLineEdit::textChanged, this, [this, changed] {
        if (!m_all->isChecked()) changed();
    });
    connect(m_amount_edit, &QLineEdit::returnPressed, m_send, &QPushButton::click);
    connect(m_all, &QCheckBox::toggled, this, [this, changed](bool all) {
        m_amount_edit->setEnabled(!all);
        if (!all) m_amount_edit->clear();
        changed();
    });
    for (auto* const one : m_paces) connect(one, &Choice::clicked, this, changed);
    connect(m_send, &Button::clicked, this, &SendPreview::confirm);
    connect(m_other, &Button::clicked, this, &SendPreview::wantsLightning);
    connect(&m_wallet, &WalletModel::pictureChanged, this, [this] {
        // Coins came, went or were confirmed, blocks cost something else, or what was in the way
        // has ended: the quote may be another one. Payments over Lightning change nothing here.
        const auto& now = m_wallet.picture().balance;
        const bool same = now.onchain == m_balance.onchain &&
                          now.onchain_unconfirmed == m_balance.onchain_unconfirmed &&
                          now.reserved == m_balance.reserved &&
                          quoteTerms(m_wallet.picture()) == m_terms;
        if (isVisibleTo(parentWidget()) && !same && !m_soon.isActive()) m_soon.start();
    });
}

QWidget* SendPreview::buildAmount() {
    auto* const box = new QWidget;
    auto* const column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::hair);
    m_amount_title = new Text("muted", tr("You send"));
    m_amount = new AmountLabel(Type::display, "sendAmount");
    m_amount_edit = new AmountEdit(tr("Amount to send"), "sendAmountEdit");
    m_all = new QCheckBox(tr("&Everything"));
    m_all->setObjectName(QStringLiteral("sendAll"));
    m_amount_row = labelled(tr("&Amount to send"), m_amount_edit);
    static_cast<QVBoxLayout*>(m_amount_row->layout())->addWidget(m_all, 0, Qt::AlignLeft);
    column->addWidget(m_amount_title);
    column->addWidget(m_amount);
    column->addWidget(m_amount_row);
    return box;
}

QWidget* SendPreview::buildPaces() {
    auto* const box = new QWidget;
    auto* const column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::hair);
    column->addWidget(new Text("label", tr("How soon it should be in a block")));
    auto* const row = new QWidget;
    auto* const flow = new FlowLayout(space::medium, 0, row);
    for (std::size_t i = 0; i < paces.size(); ++i) {
        m_paces[i] = new Choice(paceText(paces[i]), pace_names[i]);
        m_paces[i]->setChecked(paces[i] == api::Pace::normal);
        flow->addWidget(m_paces[i]);
    }
    column->addWidget(row);
    return box;
}

api::Pace SendPreview::pace() const {
    for (std::size_t i = 0; i < paces.size(); ++i) {
        if (m_paces[i]->isChecked()) return paces[i];
    }
    return api::Pace::normal;
}

void SendPreview::set(const api::OnchainTarget& target, const QString& lightning, bool choice) {
    const bool another = target.address != m_target.address || target.amount != m_target.amount;
    m_target = target;
    m_lightning->setVisible(!lightning.isEmpty());
    m_lightning->set(choice ? Cue::good : Cue::waiting, lightning);
    m_other->setVisible(choice);
    // What was quoted before may not hold any more, even for the same wish.
    m_quoted.reset();
    m_send->setEnabled(false);
    if (another) {
        m_facts->clear();
        m_all->setChecked(false);
        m_amount_edit->clear();
    }
    showTarget();
    QWidget::show();
    ask();
    // Looked at again, it leaves the keyboard where the person has it.
    if (another && !target.amount && isVisible() && !m_amount_edit->hasFocus())
        m_amount_edit->setFocus();
}

void SendPreview::forget() { m_target = {}; }

SendPreview::Typed SendPreview::typed() const {
    return {m_all->isChecked() ? QString() : m_amount_edit->text(), m_all->isChecked(), pace()};
}

void SendPreview::resume(const Typed& typed) {
    for (std::size_t i = 0; i < paces.size(); ++i) {
        if (paces[i] == typed.pace) m_paces[i]->setChecked(true);
    }
    if (!m_target.amount) {
        m_all->setChecked(typed.all);
        if (!typed.all) m_amount_edit->setText(typed.amount);
    }
    ask();
}

void SendPreview::showTarget() {
    m_amount_title->setVisible(m_target.amount.has_value());
    m_amount->setVisible(m_target.amount.has_value());
    m_amount_row->setVisible(!m_target.amount);
    if (m_target.amount) m_amount->setAmount(m_target.amount->checked_msat().value_or(Msat(0)));
    m_address->setText(addressGroups(qs(m_target.address)));
    m_address->setAccessibleName(qs(m_target.address));
    m_own->setVisible(m_target.own);
    m_before->setVisible(m_target.sent.has_value());
    if (m_target.sent) {
        m_before->setText(tr("You have sent to this address before: %1 (%2).")
                              .arg(satText(m_target.sent->amount),
                                   whenText(m_target.sent->when, m_wallet.now())));
    }
    m_who->clear();
    m_who->set(tr("Payee"), tamed(m_target.label));
    m_who->set(tr("For"), tamed(m_target.message));
    m_who->setVisible(!m_target.label.empty() || !m_target.message.empty());
}

void SendPreview::ask() {
    m_soon.stop();
    m_balance = m_wallet.picture().balance;
    m_terms = quoteTerms(m_wallet.picture());
    const bool all = !m_target.amount && m_all->isChecked();
    const auto amount = m_target.amount ? m_target.amount : m_amount_edit->amount();
    m_amount_edit->setWrong(!all && !m_target.amount && !m_amount_edit->isUsable());
    if (!all && !amount) {
        ++m_asked;
        m_quoted.reset();
        m_send->setEnabled(false);
        m_send->setText(tr("&Send …"));
        m_problem->hide();
        m_facts->clear();
        m_facts->hide();
        return;
    }
    const api::AskSend wish{m_target.address, all ? std::nullopt : amount, pace()};
    m_wallet.bridge().quote(
        wish, this,
        [this, wish, number = ++m_asked](const Result<api::SendQuote, api::Problem>& quote) {
            if (number != m_asked) return;
            m_quoted.reset();
            if (quote)
                m_quoted = Sending{m_target,
                                   {wish.address, wish.amount, quote->feerate, quote->fee},
                                   *quote,
                                   wish.pace};
            show(quote);
        });
}

void SendPreview::show(const Result<api::SendQuote, api::Problem>& quote) {
    m_facts->clear();
    m_facts->setVisible(bool(quote));
    m_send->setEnabled(bool(quote));
    m_send->setText(tr("&Send …"));
    if (!quote) {
        m_problem->showProblem(wordingOf(quote.error()));
        return;
    }
    m_problem->hide();
    const bool all = !m_quoted->wish.amount;
    if (all) m_amount_edit->setAmount(quote->amount);
    m_facts->set(tr("Fee"),
                 quote->hurried
                     ? tr("%1. It goes as if you had chosen “Soon”, because it takes coins that "
                          "are kept for closing your channels.")
                           .arg(satText(quote->fee))
                     : satText(quote->fee));
    m_facts->set(tr("Leaves your wallet"), leavesText(*quote));
    m_facts->set(tr("First confirmation"), firstConfirmation());
    m_facts->set(tr("Stays"),
                 all ? keptSentences(quote->kept_parts) : restText(quote->kept, quote->reserve));
    m_send->setText(tr("&Send %1 …").arg(satText(quote->amount)));
}

QString SendPreview::firstConfirmation() const {
    return expectedText(m_quoted->quote.expected_blocks, onceSent(m_wallet.picture().chain),
                        m_wallet.now());
}

void SendPreview::confirm() {
    if (!m_quoted || !m_send->isEnabled()) return;
    // What the dialog says is what is sent, whatever is asked or answered meanwhile.
    const auto sending = *m_quoted;
    auto* const dialog =
        new ConfirmSend(qs(sending.target.address), sending.quote, firstConfirmation(), this);
    connect(dialog, &QDialog::accepted, this, [this, sending] { emit confirmed(sending); });
    dialog->present();
}

}  // namespace runnel::ui
