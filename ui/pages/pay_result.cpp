#include "ui/pages/pay_result.h"

#include "ui/format/amount.h"
#include "ui/format/problem.h"
#include "ui/format/sending.h"
#include "ui/format/text.h"
#include "ui/format/time.h"
#include "ui/widgets/amount_label.h"
#include "ui/widgets/button.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/layouts.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/text.h"

#include <algorithm>

namespace runnel::ui {

namespace {

bool isAmong(const std::vector<Txid>& some, const Txid& txid) {
    return std::find(some.begin(), some.end(), txid) != some.end();
}

}  // namespace

PayResult::Way PayResult::wayOf(const PayEnd::Sent& end) const {
    const auto& picture = m_wallet.picture();
    if (isAmong(picture.lost, end.sent.txid)) return Way::lost;
    return isAmong(picture.refused, end.sent.txid) ? Way::refused : Way::under_way;
}

PayResult::PayResult(WalletModel& wallet, QWidget* parent)
    : Card("plain", parent), m_wallet(wallet) {
    setObjectName(QStringLiteral("payResult"));
    m_glyph = new Glyph(QStringLiteral("good"), Ink::good, 44);
    m_title = (new Text("heading"))->named("payResultTitle");
    m_amount = new AmountLabel(Type::display, "payResultAmount");
    m_why = (new Text("lead"))->named("payResultWhy");
    m_try = (new Text("body"))->named("payResultTry");
    m_facts = new Facts;
    m_again = new Button(ButtonKind::primary, tr("&Done"), "payDone");
    m_activity = new Button(ButtonKind::secondary, tr("Show it in Acti&vity"), "payActivity");
    body()->addWidget(m_glyph);
    for (QWidget* const part :
         std::initializer_list<QWidget*>{m_title, m_amount, m_why, m_try, m_facts})
        body()->addWidget(part);
    body()->addSpacing(space::small);
    auto* const buttons = new QWidget;
    auto* const flow = new FlowLayout(space::small, buttons);
    flow->addWidget(m_again);
    flow->addWidget(m_activity);
    body()->addWidget(buttons);
    connect(m_again, &Button::clicked, this, &PayResult::done);
    connect(m_activity, &Button::clicked, this, &PayResult::wantsActivity);
    connect(&m_wallet, &WalletModel::pictureChanged, this, [this] {
        // Handed over is not accepted: what the chain source says comes later.
        const auto* const sent =
            isHidden() || !m_end ? nullptr : std::get_if<PayEnd::Sent>(&m_end->how);
        if (sent == nullptr || wayOf(*sent) == m_way) return;
        word(*sent);
        announce();
    });
    connect(&m_wallet.bridge(), &Bridge::paymentsChanged, this, &PayResult::hear);
}

void PayResult::hear(const std::vector<api::PaymentView>& payments) {
    const auto* const open =
        isHidden() || !m_end ? nullptr : std::get_if<PayEnd::Open>(&m_end->how);
    if (open == nullptr) return;
    const auto found =
        std::find_if(payments.begin(), payments.end(), [&](const api::PaymentView& payment) {
            return payment.outgoing && payment.payment_hash == open->payment_hash;
        });
    if (found == payments.end() || found->status == api::PaymentStatus::pending) return;
    if (found->status == api::PaymentStatus::failed) {
        PayEnd::NotPaid end;
        end.looked = open->looked;
        end.amount = open->amount;
        end.kept = found->failure;
        show({std::move(end)});
        return;
    }
    api::Paid paid{found->payment_hash, {},           found->amount,
                   found->fee,          found->parts, found->elapsed_ms};
    if (found->preimage) paid.preimage = *found->preimage;
    show({PayEnd::Paid{paid, open->looked}});
}

void PayResult::begin(const QString& glyph, Ink ink, const QString& title, const QString& why,
                      const QString& retry) {
    m_facts->clear();
    m_amount->hide();
    m_activity->hide();
    m_glyph->set(glyph, ink);
    m_title->setText(title);
    m_why->setText(why);
    m_try->setText(retry);
    m_why->setVisible(!why.isEmpty());
    m_try->setVisible(!retry.isEmpty());
    m_again->setText(tr("&Done"));
}

void PayResult::show(PayEnd end) {
    m_end = std::move(end);
    std::visit([this](const auto& how) { word(how); }, m_end->how);
    announce();
    QWidget::show();
    // Its end may have come before anybody listened here.
    if (const auto* const open = std::get_if<PayEnd::Open>(&m_end->how))
        m_wallet.bridge().touch(open->payment_hash);
}

void PayResult::announce() {
    QStringList out{m_title->text()};
    if (!m_amount->isHidden()) out << m_amount->text();
    for (const auto* const text : {m_why, m_try}) {
        if (!text->isHidden()) out << text->text();
    }
    // The focus goes to the way on, which says nothing of how it ended.
    setAccessibleName(
        out.join(QStringLiteral(". ")).replace(QStringLiteral(".."), QStringLiteral(".")));
    alert(this);
}

void PayResult::word(const PayEnd::Paid& end) {
    const auto& [paid, looked] = end;
    begin(QStringLiteral("good"), Ink::good, tr("Paid"));
    m_amount->setExactAmount(paid.amount);
    m_amount->show();
    m_facts->set(tr("Fee"), paidFeeText(paid.fee));
    m_facts->set(tr("Time taken"), durationText(paid.elapsed_ms));
    factsOf(looked);
    m_facts->setCopyable(tr("Proof of payment"), qs(paid.preimage.hex()), "payProof");
}

void PayResult::word(const PayEnd::Sent& end) {
    const auto& [sent, sending] = end;
    m_way = wayOf(end);
    if (m_way == Way::lost) {
        const auto wording = wordingOf(api::Problem{api::ProblemKind::send_lost, {}});
        begin(QStringLiteral("failed"), Ink::bad, wording.what, wording.why, wording.retry);
    } else if (m_way == Way::refused) {
        begin(QStringLiteral("failed"), Ink::bad, tr("Not on its way yet"),
              tr("The chain source did not accept the transaction. It is offered again with each "
                 "block."),
              tr("Do not send it again, or both could arrive."));
    } else {
        begin(QStringLiteral("good"), Ink::good, tr("Sent"),
              firstConfirmationSentence(sending.quote, m_wallet.picture().chain, m_wallet.now()),
              keptSentences(sent.kept_parts));
    }
    m_amount->setAmount(sent.amount.checked_msat().value_or(Msat(0)));
    m_amount->show();
    m_facts->set(tr("Fee"), satText(sent.fee));
    m_facts->set(tr("To"), tamed(sending.target.label));
    m_facts->set(tr("For"), tamed(sending.target.message));
    m_facts->set(tr("Address"), addressGroups(qs(sending.target.address)), true);
    m_facts->setCopyable(tr("Transaction"), qs(display_hex(sent.txid)), "sendTxid");
    m_activity->show();
}

void PayResult::word(const PayEnd::NotPaid& end) {
    const auto& [problem, looked, amount, kept] = end;
    const auto wording = kept ? wordingOf(*kept) : wordingOf(problem, m_wallet.picture());
    begin(QStringLiteral("failed"), Ink::bad, wording.what, wording.why, wording.retry);
    m_again->setText(tr("&Back to the invoice"));
    if (amount) m_facts->set(tr("Not paid"), exactText(*amount));
    factsOf(looked);
}

void PayResult::word(const PayEnd::NotSent& end) {
    const auto& [problem, sending] = end;
    const auto wording = wordingOf(problem);
    begin(QStringLiteral("failed"), Ink::bad, wording.what, wording.why, wording.retry);
    m_again->setText(tr("&Back"));
    m_facts->set(tr("Not sent"), satText(sending.quote.amount));
    m_facts->set(tr("To"), tamed(sending.target.label));
    m_facts->set(tr("For"), tamed(sending.target.message));
    m_facts->set(tr("Address"), addressGroups(qs(sending.target.address)), true);
}

void PayResult::word(const PayEnd::Open& end) {
    begin(QStringLiteral("busy"), Ink::accent, tr("Still on its way"),
          tr("The payment has left and no answer has come yet. It will either arrive or come back "
             "to you; it is not paid twice."),
          tr("How it ends is said here, and in Activity."));
    if (end.amount) {
        m_amount->setExactAmount(*end.amount);
        m_amount->show();
    }
    factsOf(end.looked);
    m_activity->show();
}

void PayResult::factsOf(const std::optional<api::Inspection>& looked) {
    if (!looked) return;
    m_facts->set(tr("To"), m_wallet.names().of(looked->payee));
    m_facts->set(tr("For"), tamed(looked->description));
}

void PayResult::focus() { m_again->setFocus(); }

}  // namespace runnel::ui
